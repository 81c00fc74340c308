package dev.halley.examples.server;

import static java.util.concurrent.CompletableFuture.completedFuture;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.collect.ImmutableMap;
import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatView;
import dev.halley.Device;
import dev.halley.NewChat;
import dev.halley.Party;
import dev.halley.Receipt;
import dev.halley.Row;
import dev.halley.Transcript;
import dev.halley.UserId;
import dev.halley.cometd.ChatApiV1;
import dev.halley.cometd.UserResolver;
import dev.halley.spi.PayloadFitter;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The customer's side of a chat, except CometD: Chat API v1. */
final class ChatApi extends JsonApi {

    static final String BASE = "/genesys/1/service/";

    private static final String POSITION = "transcriptPosition";

    /** The most bytes of rows in one answer, so that a short request can't make a large one; the rest is asked for. */
    private static final int MOST_OF_ROWS = 256 * 1024;

    /** The JSON around the texts of a row, with its seconds and party at the longest. */
    private static final int ROW_FRAME = 50;

    private final ChatEngine engine;
    private final Desk desk;
    private final FailedKeys failedKeys;
    private final Cache<String, Instance> instances = CacheBuilder.newBuilder()
            .maximumSize(Math.min(100_000, Runtime.getRuntime().maxMemory() / 20_000)) // 1 KB each, at most
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    /** A service that was requested and whose chat is not open yet. */
    private record Instance(String service, UserId owner, String secureKey) {
        @Override
        public String toString() {
            return "Instance[" + service + "]";
        }
    }

    /**
     * What the answer to a chat's creation shows beside the chat.
     *
     * @param secureKey null if the chat was there before
     * @param deviceRefused why its device was not taken; null if it was
     */
    private record Opening(
            Fields fields,
            @Nullable String secureKey,
            @Nullable String deviceRefused) {
        @Override
        public String toString() {
            return "Opening";
        }
    }

    /** A customer's call on an existing chat. */
    private record Call(ChatView chat, Fields fields) {

        OptionalLong position() {
            return fields.position(POSITION, chat.position());
        }

        ChatEvent text(String text) {
            return ChatEvent.text(Party.CLIENT, chat.nickname(), text);
        }

        ChatEvent typing(boolean typing) {
            return ChatEvent.typing(Party.CLIENT, chat.nickname(), typing);
        }
    }

    ChatApi(ChatEngine engine, Desk desk, FailedKeys failedKeys) {
        super(BASE);
        this.engine = engine;
        this.desk = desk;
        this.failedKeys = failedKeys;
    }

    @Override
    void admit(Request request) {
        user(request);
    }

    @Override
    CompletionStage<Answer> answer(Request request, List<String> path, Fields fields) {
        UserId user = user(request);
        String first = path.get(0);
        if (path.size() == 1) {
            requireMethod(request, "POST", "GET");
            return completedFuture(createService(first, user));
        }
        if (!path.get(1).equals("ixn") || path.size() < 3 || !path.get(2).equals("chat") || path.size() > 4) {
            throw Refusal.notFound();
        }
        if (path.size() == 3) {
            requireMethod(request, "POST");
            fields.bound();
            return createChat(first, user, request, fields);
        }
        String action = path.get(3);
        requireMethod(request, "POST", action.equals("refresh") ? "GET" : "POST");
        if (action.equals("device")) {
            fields.bound();
        }
        return find(user, first, request, fields)
                .thenCompose(found -> act(action, new Call(found.orElseThrow(() -> failed(user, request)), fields)));
    }

    private Answer createService(String name, UserId user) {
        if (engine.settings().service(name).isEmpty()) {
            throw Refusal.notFound();
        }
        String id = "180-" + UUID.randomUUID();
        instances.put(id, new Instance(name, user, AgentToken.random().value()));
        return Answer.ok(ImmutableMap.of("_id", id, "_chatIxnAPI-CREATE-URL", BASE + id + "/ixn/chat"));
    }

    private CompletionStage<Optional<ChatView>> find(UserId user, String id, Request request, Fields fields) {
        long wait = failedKeys.secondsToWait(user, addressOf(request));
        if (wait > 0) {
            throw Refusal.tooMany(wait);
        }
        return engine.find(user, id, fields.filled("secureKey").orElse(null));
    }

    /** No such chat, not this user's, or not this key: if keys are required, each of these counts as a guess. */
    private Refusal failed(UserId user, Request request) {
        if (engine.settings().requireSecureKey()) {
            failedKeys.failed(user, addressOf(request));
        }
        return Refusal.notFound();
    }

    private static SocketAddress addressOf(Request request) {
        return request.getConnectionMetaData().getRemoteSocketAddress();
    }

    private CompletionStage<Answer> createChat(String id, UserId user, Request request, Fields fields) {
        return find(user, id, request, fields)
                .thenCompose(found -> found.isPresent()
                        ? opened(found.get(), new Opening(fields, null, null))
                        : openChat(id, user, request, fields));
    }

    private CompletionStage<Answer> openChat(String id, UserId user, Request request, Fields fields) {
        Instance instance = instances.getIfPresent(id);
        if (instance == null || !instance.owner().equals(user)) {
            throw failed(user, request);
        }
        String nickname = fields.filled("userDisplayName")
                .or(() -> fields.filled("firstName"))
                .orElse("");
        if (nickname.length() > ChatEvent.MAX_NICKNAME) {
            throw Refusal.unacceptable("A name has at most " + ChatEvent.MAX_NICKNAME + " characters");
        }
        Device device = null;
        String refused = null;
        try {
            device = device(fields);
        } catch (IllegalArgumentException e) {
            refused = e.getMessage(); // no reason against a chat
        }
        Opening opening = new Opening(fields, instance.secureKey(), refused);
        NewChat chat = new NewChat(instance.service(), user, device)
                .withServiceId(id)
                .withNickname(nickname)
                .withSecureKey(instance.secureKey());
        boolean told = fields.get("notify_by").filter("comet"::equalsIgnoreCase).isPresent();
        return engine.open(told ? chat : chat.asPolled()).thenCompose(view -> {
            instances.invalidate(id);
            desk.changed(view.id());
            return opened(view, opening);
        });
    }

    /** Shows only the customer's own notice of joining: the answer confirms nothing. */
    private CompletionStage<Answer> opened(ChatView chat, Opening opening) {
        return rows(chat, 0, 1).thenApply(transcript -> {
            List<Row> coming = transcript.rows().stream()
                    .filter(row -> row.position() == 1)
                    .toList();
            String state = chat.ended() ? ChatApiV1.DISCONNECTED : ChatApiV1.CONNECTED;
            Map<String, Object> answer = ChatApiV1.state(transcript.chat(), coming, state);
            if (opening.fields().isTrue("_verbose")) {
                addDetails(answer, chat);
                if (opening.secureKey() != null) {
                    answer.put("secureKey", opening.secureKey());
                }
            }
            if (opening.deviceRefused() != null) {
                answer.put("deviceRefused", opening.deviceRefused());
            }
            return Answer.ok(answer);
        });
    }

    private CompletionStage<Answer> act(String action, Call call) {
        return switch (action) {
            case "send" -> say(call, () -> call.text(message(call)));
            case "refresh" -> refresh(call);
            case "startTyping" -> say(call, () -> call.typing(true));
            case "stopTyping" -> say(call, () -> call.typing(false));
            case "disconnect" -> end(call);
            case "device" -> device(call);
            default -> throw Refusal.notFound();
        };
    }

    private CompletionStage<Answer> say(Call call, Supplier<ChatEvent> event) {
        refuseAfterEnd(call.chat());
        return engine.said(call.chat().id(), event.get()).thenCompose(receipt -> written(call, receipt));
    }

    private CompletionStage<Answer> end(Call call) {
        refuseAfterEnd(call.chat());
        ChatEvent left = ChatEvent.left(Party.CLIENT, call.chat().nickname());
        return engine.end(call.chat().id(), left).thenCompose(receipt -> written(call, receipt));
    }

    private CompletionStage<Answer> device(Call call) {
        refuseAfterEnd(call.chat());
        if (call.fields().get("push_notification_deviceid").isEmpty()) {
            throw Refusal.unacceptable("push_notification_deviceid is missing; an empty one removes the device");
        }
        if (call.fields().filled("push_notification_deviceid").isPresent()) {
            call.fields().required("push_notification_type");
        }
        Device device;
        try {
            device = device(call.fields());
        } catch (IllegalArgumentException e) {
            throw Refusal.unacceptable(String.valueOf(e.getMessage()));
        }
        return engine.device(call.chat().id(), device)
                .thenCompose(chat -> shown(call, chat.orElseThrow(Refusal::notFound), OptionalLong.empty()));
    }

    private CompletionStage<Answer> refresh(Call call) {
        refuseAfterEnd(call.chat());
        OptionalLong position = call.position();
        if (position.isEmpty()
                && (call.fields().filled(POSITION).isPresent() || call.fields().isStructure(POSITION))) {
            throw Refusal.unacceptable(POSITION + " is a whole number up to the last position there is");
        }
        if (call.fields().filled("message").isEmpty()) {
            return refreshed(call, position);
        }
        return engine.said(call.chat().id(), call.text(message(call))).thenCompose(receipt -> {
            desk.changed(call.chat().id());
            return refreshed(call, position);
        });
    }

    private CompletionStage<Answer> refreshed(Call call, OptionalLong position) {
        CompletionStage<Optional<ChatView>> chat = position.isPresent()
                ? engine.refreshed(call.chat().id(), position.getAsLong())
                : completedFuture(Optional.of(call.chat()));
        return chat.thenCompose(
                        view -> rows(view.orElseThrow(Refusal::notFound), position.orElse(0), Integer.MAX_VALUE))
                .thenApply(transcript -> state(call, transcript));
    }

    private CompletionStage<Answer> written(Call call, Optional<Receipt> receipt) {
        Receipt written = receipt.orElseThrow(Refusal::notFound);
        if (written.position().isEmpty()) {
            refuseAfterEnd(written.chat());
        }
        desk.changed(written.chat().id());
        return shown(call, written.chat(), written.position());
    }

    /** Answers with what is new to a client that says what it has, else with the row that it wrote, if any. */
    private CompletionStage<Answer> shown(Call call, ChatView chat, OptionalLong written) {
        OptionalLong position = call.position();
        if (position.isPresent()) {
            return rows(chat, position.getAsLong(), Integer.MAX_VALUE).thenApply(transcript -> state(call, transcript));
        }
        if (written.isPresent()) {
            return rows(chat, written.getAsLong() - 1, 1).thenApply(transcript -> state(call, transcript));
        }
        return completedFuture(state(call, new Transcript(chat, List.of())));
    }

    private CompletionStage<Transcript> rows(ChatView chat, long after, int max) {
        return engine.transcript(chat.id(), after, Math.min(max, MOST_OF_ROWS / ROW_FRAME))
                .thenApply(transcript -> bounded(transcript.orElseThrow(Refusal::notFound)));
    }

    private static Transcript bounded(Transcript transcript) {
        List<Row> rows = transcript.rows();
        int size = 0;
        for (int i = 0; i < rows.size(); i++) {
            ChatEvent event = rows.get(i).event();
            size += ROW_FRAME
                    + event.type().length()
                    + PayloadFitter.escapedLength(event.nickname())
                    + PayloadFitter.escapedLength(event.text());
            if (size > MOST_OF_ROWS) {
                return new Transcript(transcript.chat(), rows.subList(0, Math.max(1, i)));
            }
        }
        return transcript;
    }

    private Answer state(Call call, Transcript transcript) {
        Map<String, Object> state = ChatApiV1.state(transcript.chat(), transcript.rows());
        if (call.fields().isTrue("_verbose")) {
            addDetails(state, transcript.chat());
        }
        return Answer.ok(state);
    }

    private static void addDetails(Map<String, Object> state, ChatView chat) {
        String url = BASE + chat.serviceId() + "/ixn/chat/";
        state.put("userId", chat.owner().value());
        state.put("clientTimeZoneOffset", 0);
        state.put("_chatIxnAPI_SEND_URL", url + "send");
        state.put("_chatIxnAPI_REFRESH_URL", url + "refresh");
        state.put("_chatIxnAPI_START_TYPING_URL", url + "startTyping");
        state.put("_chatIxnAPI_STOP_TYPING_URL", url + "stopTyping");
        state.put("_chatIxnAPI_DISCONNECT_URL", url + "disconnect");
        state.put("_chatIxnAPI_DEVICE_URL", url + "device");
    }

    private String message(Call call) {
        return Texts.bounded(
                call.fields().required("message"), engine.settings().maxText());
    }

    private void refuseAfterEnd(ChatView chat) {
        boolean refused = engine.settings()
                .service(chat.serviceName())
                .map(service -> service.refusedAfterEnd())
                .orElse(false);
        if (chat.ended() && refused) {
            throw Refusal.ended();
        }
    }

    /** Throws an IllegalArgumentException that says what is wrong with the device. */
    private static @Nullable Device device(Fields fields) {
        Optional<String> token = fields.filled("push_notification_deviceid");
        if (token.isEmpty()) {
            return null;
        }
        // A device type without a provider is no reason to refuse a chat: the engine reports the device as unreachable.
        String type = fields.filled("push_notification_type")
                .filter(name -> name.matches("[A-Za-z0-9._-]{1,64}"))
                .orElse("unknown");
        return new Device(
                type,
                token.get(),
                fields.get("push_notification_provider").orElse(""),
                fields.get("push_notification_language").orElse(""),
                fields.isTrue("push_notification_debug"));
    }

    private static UserId user(Request request) {
        return UserResolver.gmsUser(request.getHeaders().getValuesList("gms_user"))
                .orElseThrow(() -> Refusal.unauthorized("The header gms_user is missing, is no user's name, or is there"
                        + " twice; nginx drops it without underscores_in_headers on"));
    }

    private static void requireMethod(Request request, String... methods) {
        if (!List.of(methods).contains(request.getMethod())) {
            throw Refusal.methodNotAllowed();
        }
    }
}
