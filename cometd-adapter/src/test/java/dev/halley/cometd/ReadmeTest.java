package dev.halley.cometd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Splitter;
import dev.halley.ChatId;
import dev.halley.Presence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.Test;

/** What the README tells the author of an app in Java, and that it does what it says. */
class ReadmeTest {

    private static final int POSITION = 1;

    private final List<Message> shown = new CopyOnWriteArrayList<>();

    @Test
    void clientOfTheReadme_isServed_andGoesToTheBackground() throws Exception {
        HttpClient httpClient = new HttpClient();
        httpClient.start();
        try (TestServer server = TestServer.start()) {
            ChatId chat = server.open();
            talk(server.uri().toString(), TestServer.USER.value(), httpClient);
            await().until(() -> server.view(chat).presence() == Presence.AWAY);
            assertThat(shown).hasSize(1);
            assertThat(server.view(chat).seen()).isEqualTo(POSITION);
        } finally {
            LifeCycle.stop(httpClient);
        }
    }

    @Test
    void readme_showsThisClient() throws Exception {
        Path module = Path.of("").toAbsolutePath();
        String source = Files.readString(module.resolve("src/test/java/dev/halley/cometd/ReadmeTest.java"));
        String readme = Files.readString(module.resolve("../README.md"));
        List<String> parts = Splitter.on("// readme: shown\n").splitToList(source);
        for (String part : parts.subList(1, parts.size())) {
            String code = words(part.substring(0, part.indexOf("// readme: end")));
            assertThat(words(readme).contains(code))
                    .as("the README has " + code)
                    .isTrue();
        }
    }

    private void talk(String url, String user, HttpClient httpClient) {
        int position = POSITION;
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
                if (Channel.META_DISCONNECT.equals(message.getChannel())) {
                    message.getExt(true).put("transcriptPosition", String.valueOf(position));
                }
                return true;
            }
        });
        client.getChannel("/_genesys")
                .addListener((ClientSessionChannel.MessageListener) (channel, message) -> show(message));
        client.handshake(); // in the foreground
        // readme: end
        await().until(() -> !shown.isEmpty());
        // readme: shown
        client.disconnect(); // into the background
        // readme: end
    }

    private void show(Message message) {
        shown.add(message);
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
