package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Splitter;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Presence;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cometd.bayeux.Channel;
import org.cometd.bayeux.Message;
import org.cometd.bayeux.client.ClientSession;
import org.cometd.bayeux.client.ClientSessionChannel;
import org.cometd.client.BayeuxClient;
import org.cometd.client.http.jetty.JettyHttpClientTransport;
import org.cometd.client.transport.ClientTransport;
import org.cometd.common.JacksonJSONContextClient;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code docs/apps.md} tells the author of an app in Java, and that it does what it says. */
class ReadmeTest {

    private final List<Long> shown = new CopyOnWriteArrayList<>();
    private final HttpClient httpClient = new HttpClient();
    private final CompletableFuture<Boolean> superseded = new CompletableFuture<>();

    @Test
    void clientOfTheDocument_losesNothingWithAnAnswer_andGoesToTheBackground() throws Exception {
        try (TestServer server = TestServer.start();
                ScriptedProxy proxy = new ScriptedProxy(server.port())) {
            ChatId chat = server.open();
            BayeuxClient client = start(proxy.uri(server.uri()), server.view(chat));
            await().until(() -> position() == 1);
            proxy.failAt(ScriptedProxy.Direction.TO_CLIENT, ScriptedProxy.Fault.ANSWER_LOST);
            server.say(chat, "Lost on its way");
            await().until(proxy::hasStruck);
            server.say(chat, "Newer");
            await().until(() -> position() == 3);

            goToTheBackground(client);
            await().until(() -> server.view(chat).presence() == Presence.AWAY);
            assertThat(shown).containsExactly(1L, 2L, 3L);
            assertThat(server.view(chat).seen()).isEqualTo(3);
        }
    }

    @Test
    void clientOfTheDocument_isToldWhereItsChatIsOpenElsewhere() throws Exception {
        try (TestServer server = TestServer.start()) {
            ChatId chat = server.open();
            BayeuxClient client = start(server.uri(), server.view(chat));
            await().until(() -> position() == 1);
            try (RawClient elsewhere = new RawClient(server.port(), TestServer.USER.value())) {
                elsewhere.handshake("");
                elsewhere.marked();
                await().until(() -> superseded.isDone() || client.isDisconnected());
                assertThat(server.view(chat).presence()).isEqualTo(Presence.ONLINE);
            }
        }
    }

    @AfterEach
    void stop() {
        LifeCycle.stop(httpClient);
    }

    @Test
    void document_showsThisClient() throws Exception {
        Path module = Path.of("").toAbsolutePath();
        String source = Files.readString(module.resolve("src/test/java/dev/halley/cometd/ReadmeTest.java"));
        String document = Files.readString(module.resolve("../docs/apps.md"));
        List<String> parts = Splitter.on("// readme: shown\n").splitToList(source);
        for (String part : parts.subList(1, parts.size())) {
            String code = words(part.substring(0, part.indexOf("// readme: end")));
            assertThat(words(document).contains(code))
                    .as("docs/apps.md has " + code)
                    .isTrue();
        }
    }

    private BayeuxClient start(URI uri, ChatView chat) throws Exception {
        httpClient.start();
        String url = uri.toString();
        String user = chat.owner().value();
        String service = chat.serviceId();
        Map<String, Object> options = new HashMap<>();
        options.put(ClientTransport.JSON_CONTEXT_OPTION, new JacksonJSONContextClient());
        // readme: shown
        BayeuxClient client = new BayeuxClient(url, new JettyHttpClientTransport(options, httpClient) {
            @Override
            protected void customize(Request request) {
                request.headers(headers -> headers.put("gms_user", user));
            }
        });
        client.addExtension(new ClientSession.Extension() {
            @Override
            public boolean sendMeta(ClientSession session, Message.Mutable message) {
                switch (message.getChannel()) {
                    case Channel.META_HANDSHAKE -> message.getExt(true).put("serviceId", service);
                    case Channel.META_CONNECT, Channel.META_DISCONNECT ->
                        message.getExt(true).put("transcriptPosition", String.valueOf(position()));
                    default -> {}
                }
                return true;
            }
        });
        client.getChannel("/_genesys")
                .addListener((ClientSessionChannel.MessageListener) (channel, message) -> show(message));
        client.getChannel(Channel.META_CONNECT).addListener((ClientSessionChannel.MessageListener) (channel, reply) -> {
            if (String.valueOf(reply.get(Message.ERROR_FIELD)).startsWith("402::session_superseded")) {
                offerToGoOnHere(); // the chat is open elsewhere; then client.handshake()
            }
        });
        client.handshake(); // in the foreground
        // readme: end
        return client;
    }

    private static void goToTheBackground(BayeuxClient client) {
        // readme: shown
        client.disconnect(); // into the background
        // readme: end
    }

    private long position() {
        return shown.isEmpty() ? 0 : shown.get(shown.size() - 1);
    }

    private void offerToGoOnHere() {
        superseded.complete(true);
    }

    private void show(Message message) {
        for (long row : Wire.positions(List.of(message))) {
            if (row > position() + 1) {
                return;
            }
            if (row == position() + 1) {
                shown.add(row);
            }
        }
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
