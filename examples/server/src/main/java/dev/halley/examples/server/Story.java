package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.halley.Options;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;

/** Plays the whole story against a server in this process, and tells it while it happens. */
final class Story {

    private static final int GRACE = 2;
    private static final Duration POLL = Duration.ofSeconds(2);
    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final int PATIENCE = 10;

    private static final String MARGIN = " ".repeat(10);

    private final PrintStream out;
    private final HttpClient http = HttpClient.newHttpClient();
    private final BlockingQueue<JsonNode> atTheDesk = new LinkedBlockingQueue<>();
    private final BlockingQueue<DemoPush> pushes = new LinkedBlockingQueue<>();
    private final long begin = System.nanoTime();

    /** Says that something happened differently than told. */
    private static final class NotAsTold extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotAsTold(String message) {
            super(message, null, false, false);
        }
    }

    Story(PrintStream out) {
        this.out = out;
    }

    /** Returns whether everything happened as told. */
    boolean play() throws IOException, InterruptedException {
        try (DemoServices services = DemoServices.start(pushes::add);
                RunningServer server = RunningServer.start(ServerSettings.of(Options.of(services.options(GRACE)))
                        .asDemonstration()
                        .withTimes(POLL, SILENCE));
                Phone phone = new Phone(server.uri(), "ada")) {
            tell(server, phone);
            return true;
        } catch (NotAsTold e) {
            out.println();
            out.println("This is not how the story goes: " + Printable.escaped(String.valueOf(e.getMessage())));
            return false;
        } catch (IllegalStateException e) {
            out.println();
            out.println("The story broke off: " + Printable.escaped(String.valueOf(e.getMessage())));
            return false;
        }
    }

    private void tell(RunningServer server, Phone phone) throws IOException, InterruptedException {
        out.printf("""
                HALLEY TELLS ITS OWN STORY

                All of this happens while you read: a server in this process (%s),
                Ada's app (CometD's Java client, over long-polling as phones do), Ann at the agents' desk, and
                stand-ins for three push services, which speak their protocols on this computer. So that you need
                not wait, the timer is %d seconds (not 90), a poll lasts %d (not 20), and a client counts as lost
                after %d more of silence (not 10).
                """, server.uri(), GRACE, POLL.toSeconds(), SILENCE.toSeconds());

        act("Act 1, in which Ada and Ann chat");
        step("Ada opens the app. It asks for a chat, and says on which phone she can be woken.");
        JsonNode service = customer(server, "/genesys/1/service/request-chat", Map.of());
        String chatUrl = service.path("_chatIxnAPI-CREATE-URL").asText();
        Map<String, String> ada = Map.of(
                "notify_by", "comet",
                "firstName", "Ada",
                "push_notification_type", "customhttp",
                "push_notification_deviceid", "adas-phone");
        JsonNode chat = customer(server, chatUrl, ada);
        show("app  <-", chat);
        String id = chat.path("chatSessionId").asText();
        expect(chat.path("chatIxnState").asText().equals("CONNECTED"), "the chat is not open");

        step("The app connects; from now on it hears at once what is new.");
        listen(server);
        phone.open();
        JsonNode first = heard(phone, 1);
        expect(texts(first).equals(List.of("has joined the session")), "the app was told " + first);

        step("Ann joins and says hello. Ada sees it while it is said.");
        agent(server, id, "join", Map.of("nickname", "Ann"));
        agent(server, id, "messages", Map.of("text", "Hello, Ada!"));
        JsonNode hello = heard(phone, 3);
        show("app  <-", hello);
        expect(texts(hello).contains("Hello, Ada!"), "the app was told " + hello);

        act("Act 2, in which Ada puts her phone into her pocket");
        step("The app goes to the background. It says which position it has reached, and closes.");
        phone.forget();
        phone.toBackground();
        show("app  ->", tree(sent(phone)));

        step("Ann is told, once and in private: it is no part of the chat.");
        show("Ann  <-", deskHears("customer is not online"));

        step("Ann writes all the same. Halley waits %d seconds: perhaps Ada comes back by herself.".formatted(GRACE));
        agent(server, id, "typing", Map.of("typing", "true"));
        agent(server, id, "messages", Map.of("text", "Your parcel leaves at noon."));
        long written = System.nanoTime();
        agent(server, id, "messages", Map.of("text", "Shall I send you the link?"));
        DemoPush push = pushed();
        step("She does not. After %.1f s her phone is woken, with both messages in one push."
                .formatted((System.nanoTime() - written) / 1e9));
        show("push ->", Json.parse(push.body()));
        expect(push.proof().equals("signature right"), "the push has this proof: " + push.proof());
        expect(
                push.texts().equals(List.of("Your parcel leaves at noon.", "Shall I send you the link?")),
                "the push says " + push.texts());

        step("Ann sends one more. The timer is over, so it is pushed at once, and alone.");
        agent(server, id, "messages", Map.of("text", "It is the blue one."));
        DemoPush second = pushed();
        show("push ->", Json.parse(second.body()));
        expect(second.texts().equals(List.of("It is the blue one.")), "the push says " + second.texts());

        step("Ada taps on it. Before the new app's first poll ends it has all it missed, typing, too.");
        phone.forget();
        phone.open();
        JsonNode missed = heard(phone, 7);
        show("app  <-", missed);
        expect(
                texts(missed)
                        .equals(List.of(
                                "is typing",
                                "Your parcel leaves at noon.",
                                "Shall I send you the link?",
                                "It is the blue one.")),
                "the app was told " + missed);
        JsonNode reply = tree(next(phone, message -> true));
        show("app  <-", reply);
        expect(reply.path("channel").asText().equals(Channel.META_CONNECT), "the poll ended with " + reply);
        expect(reply.path("successful").asBoolean(), "the poll was refused");

        act("Act 3, in which the phone kills the app");
        step("Memory is short, and the phone kills the app. It has no time to say good-bye.");
        customer(server, chatUrl + "/send", Map.of("message", "One moment, please."));
        agent(server, id, "messages", Map.of("text", "Of course."));
        heard(phone, 9);
        awaitSeen(server, id, 9);
        phone.kill();
        long killed = System.nanoTime();

        step("Nobody knows. Ann writes, and CometD delivers it, or so it believes, to a dead connection.");
        agent(server, id, "messages", Map.of("text", "The courier rings twice."));
        step("Halley believes what the app confirms, nothing else: Ann's words are written down, unseen.");

        JsonNode again = deskHears("customer is not online");
        step("%.1f s after the app's end CometD notices the silence. A new absence: Ann is told again."
                .formatted((System.nanoTime() - killed) / 1e9));
        show("Ann  <-", again);

        DemoPush third = pushed();
        step("%d seconds later Ada's phone is woken for what was lost on the way.".formatted(GRACE));
        show("push ->", Json.parse(third.body()));
        expect(third.texts().contains("The courier rings twice."), "the push says " + third.texts());

        step("She opens the app.");
        phone.forget();
        phone.open();
        JsonNode lost = heard(phone, 10);
        show("app  <-", lost);
        expect(texts(lost).contains("The courier rings twice."), "the app was told " + lost);

        step("Ada says thank you, and ends the chat.");
        customer(server, chatUrl + "/send", Map.of("message", "Thank you, Ann!"));
        JsonNode end = customer(server, chatUrl + "/disconnect", Map.of());
        show("app  <-", end);
        expect(end.path("chatIxnState").asText().equals("DISCONNECTED"), "the chat has not ended");
        heard(phone, 12);

        JsonNode all = customer(server, chatUrl + "/refresh", Map.of());
        List<List<Object>> kept = rows(all);
        expect(phone.transcript().equals(kept), "the app has " + phone.transcript() + ", the server " + kept);
        expect(pushes.isEmpty(), "there was one push more: " + pushes.peek());

        act("Act 4, in which the same words wake three kinds of phone");
        otherPhones(server);
        expect(pushes.isEmpty(), "there was one push more: " + pushes.peek());
        out.println();
        out.printf(
                "The end. Ada's app was away twice and has %d of %d events, in order."
                        + " Six pushes, none of them twice.%n",
                phone.position(), kept.size());
    }

    private void otherPhones(RunningServer server) throws IOException, InterruptedException {
        step("Ben has an Android phone, Cleo an iPhone set to German, and Dan's messenger takes webhooks."
                + " All go away.");
        List<Customer> customers = List.of(
                opensApp(
                        server,
                        "ben",
                        Map.of("push_notification_type", "fcm", "push_notification_deviceid", "bens-phone")),
                opensApp(
                        server,
                        "cleo",
                        Map.of(
                                "push_notification_type",
                                "ios",
                                "push_notification_deviceid",
                                "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0",
                                "push_notification_language",
                                "de-AT")),
                opensApp(
                        server,
                        "dan",
                        Map.of("push_notification_type", "customhttp", "push_notification_deviceid", "dans-phone")));
        for (Customer customer : customers) {
            customer.phone().toBackground();
        }

        step("Ann tells all three the same.");
        for (Customer customer : customers) {
            agent(server, customer.chat(), "messages", Map.of("text", "The shop has moved 🏬"));
            agent(server, customer.chat(), "messages", Map.of("text", "See you there! 👩🏽‍🤝‍👩🏻"));
        }
        Map<String, DemoPush> byService = new TreeMap<>();
        for (int i = 0; i < customers.size(); i++) {
            DemoPush push = pushed();
            byService.put(push.service(), push);
        }
        expect(byService.size() == customers.size(), "pushes came over " + byService.keySet());
        for (DemoPush push : byService.values()) {
            step("Over %s, with a proof of who sends it (%s), travel %d bytes:"
                    .formatted(push.service(), push.proof(), push.size()));
            out.println(MARGIN + Printable.escaped(push.head()));
            show("push ->", Json.parse(push.body()));
            expect(
                    push.texts().equals(List.of("The shop has moved 🏬", "See you there! 👩🏽‍🤝‍👩🏻")),
                    "the push says " + push.texts());
        }
    }

    private record Customer(String chat, Phone phone) {}

    /** Opens a chat for a customer, and the app that shows it. */
    private Customer opensApp(RunningServer server, String user, Map<String, String> device)
            throws IOException, InterruptedException {
        JsonNode service = customer(server, user, "/genesys/1/service/request-chat", Map.of());
        Map<String, String> chat = new HashMap<>(device);
        chat.put("notify_by", "comet");
        chat.put("firstName", user);
        String id = customer(
                        server, user, service.path("_chatIxnAPI-CREATE-URL").asText(), chat)
                .path("chatSessionId")
                .asText();
        Phone phone = new Phone(server.uri(), user);
        phone.open();
        heard(phone, 1);
        return new Customer(id, phone);
    }

    private void act(String title) {
        out.println();
        out.println(title);
    }

    private void step(String sentence) {
        out.println();
        out.println("%6.1f s  ".formatted((System.nanoTime() - begin) / 1e9) + sentence);
    }

    private void show(String who, JsonNode message) {
        String label = who;
        for (String line : Pretty.lines(message)) {
            out.println(MARGIN + label + " " + line);
            label = " ".repeat(who.length());
        }
    }

    private static void expect(boolean fulfilled, String otherwise) {
        if (!fulfilled) {
            throw new NotAsTold(otherwise);
        }
    }

    /** Waits until the app has everything up to a position, and returns the message that brought the last row. */
    private static JsonNode heard(Phone phone, int position) throws InterruptedException {
        while (true) {
            JsonNode message = tree(next(phone, candidate -> !isConnect(candidate)));
            String reached = message.path("data")
                    .path("message")
                    .path("transcriptPosition")
                    .asText();
            if (reached.equals(String.valueOf(position))) {
                return message;
            }
        }
    }

    private static Message sent(Phone phone) throws InterruptedException {
        return next(phone, message -> Channel.META_DISCONNECT.equals(message.getChannel()));
    }

    private static Message next(Phone phone, Predicate<Message> wanted) throws InterruptedException {
        while (true) {
            Message message = phone.next(PATIENCE);
            if (message == null) {
                throw new NotAsTold("the app waited " + PATIENCE + " s in vain");
            }
            if (wanted.test(message)) {
                return message;
            }
        }
    }

    private static boolean isConnect(Message message) {
        return Channel.META_CONNECT.equals(message.getChannel());
    }

    /** Waits until the server knows what the app has. */
    private void awaitSeen(RunningServer server, String chat, long position) throws IOException, InterruptedException {
        HttpRequest request = forAgent(server, "/agent/1/chats").build();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        while (System.nanoTime() < deadline) {
            String chats =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            for (JsonNode shown : Json.parse(chats)) {
                if (shown.path("chatSessionId").asText().equals(chat)
                        && shown.path("seen").asLong() >= position) {
                    return;
                }
            }
        }
        throw new NotAsTold("the app has not confirmed position " + position);
    }

    private DemoPush pushed() throws InterruptedException {
        DemoPush push = pushes.poll(PATIENCE, TimeUnit.SECONDS);
        if (push == null) {
            throw new NotAsTold("no push came within " + PATIENCE + " s");
        }
        return push;
    }

    private JsonNode deskHears(String text) throws InterruptedException {
        while (true) {
            JsonNode event = atTheDesk.poll(PATIENCE, TimeUnit.SECONDS);
            if (event == null) {
                throw new NotAsTold("the agent was not told within " + PATIENCE + " s: " + text);
            }
            if (event.path("text").asText().equals(text)) {
                return event;
            }
        }
    }

    /** Lets Ann follow what happens, as Server-Sent Events. */
    private void listen(RunningServer server) throws IOException, InterruptedException {
        HttpRequest request = forAgent(server, "/agent/1/events").build();
        HttpResponse<java.util.stream.Stream<String>> events = http.send(request, HttpResponse.BodyHandlers.ofLines());
        expect(events.statusCode() == 200, "the desk answered " + events.statusCode());
        Thread reader = new Thread(
                () -> events.body()
                        .filter(line -> line.startsWith("data: "))
                        .forEach(line -> atTheDesk.add(Json.parse(line.substring("data: ".length())))),
                "story-desk");
        reader.setDaemon(true);
        reader.start();
    }

    private JsonNode customer(RunningServer server, String path, Map<String, String> form)
            throws IOException, InterruptedException {
        return customer(server, "ada", path, form);
    }

    private JsonNode customer(RunningServer server, String user, String path, Map<String, String> form)
            throws IOException, InterruptedException {
        return post(HttpRequest.newBuilder(server.uri().resolve(path)).header("gms_user", user), form);
    }

    private void agent(RunningServer server, String chat, String action, Map<String, String> form)
            throws IOException, InterruptedException {
        post(forAgent(server, "/agent/1/chats/" + chat + "/" + action), form);
    }

    private static HttpRequest.Builder forAgent(RunningServer server, String path) {
        URI uri = server.uri().resolve(path);
        return HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + server.token());
    }

    private JsonNode post(HttpRequest.Builder request, Map<String, String> form)
            throws IOException, InterruptedException {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest post = request.header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(post, HttpResponse.BodyHandlers.ofString());
        expect(response.statusCode() == 200, post.uri() + " answered " + response.statusCode());
        return Json.parse(response.body());
    }

    private static JsonNode tree(Message message) {
        ObjectNode tree = (ObjectNode) Json.tree(message);
        tree.remove(List.of("advice", "connectionType"));
        return tree;
    }

    private static List<String> texts(JsonNode message) {
        List<String> texts = new ArrayList<>();
        rows(message.path("data").path("message")).forEach(row -> texts.add(String.valueOf(row.get(2))));
        return texts;
    }

    private static List<List<Object>> rows(JsonNode state) {
        List<List<Object>> rows = new ArrayList<>();
        state.path("transcriptToShow").forEach(row -> {
            List<Object> columns = new ArrayList<>();
            row.forEach(column -> columns.add(column.asText()));
            rows.add(columns);
        });
        return rows;
    }
}
