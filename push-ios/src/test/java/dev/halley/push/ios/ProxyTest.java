package dev.halley.push.ios;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.halley.OptionException;
import dev.halley.Outcome;
import dev.halley.push.ios.RawApns.Request;
import dev.halley.testkit.Pushes;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A computer whose only way out is an HTTP proxy. */
@Isolated
class ProxyTest {

    /** A name that only the proxy knows. */
    private static final String HOST = "apns.only-the-proxy-knows.invalid";

    private final List<String> heads = new CopyOnWriteArrayList<>();
    private ServerSocket proxy;
    private RawApns apns;

    @BeforeEach
    void start() throws Exception {
        apns = new RawApns(Request::accept);
        proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        apns.close();
    }

    @Test
    void proxyOfTheOptions_isAskedForATunnel_withItsNameAndPassword() throws Exception {
        try (Pushes pushes = through("apple.proxy", "http://ann:Hunter%202@127.0.0.1:" + proxy.getLocalPort())) {
            // The certificate of the stand-in is of another name.
            assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("TLS failed"));
        }
        assertThat(heads)
                .isNotEmpty()
                .allMatch(head -> head.startsWith("CONNECT " + HOST + ":443 ")
                        && head.toLowerCase(Locale.ROOT)
                                .contains(("proxy-authorization: Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString("ann:Hunter 2".getBytes(ISO_8859_1)))
                                        .toLowerCase(Locale.ROOT)));
    }

    @Test
    void proxyOfAllPushes_isTaken_unlessTheProviderHasAnother() throws Exception {
        try (Pushes pushes = through("proxy", "http://127.0.0.1:" + proxy.getLocalPort())) {
            pushes.send();
            assertThat(heads).isNotEmpty();
        }
        heads.clear();
        try (Pushes pushes = through("proxy", "http://127.0.0.1:" + proxy.getLocalPort(), "apple.proxy", "none")) {
            assertThat(pushes.send()).isInstanceOf(Outcome.Unavailable.class);
            assertThat(heads).isEmpty();
        }
    }

    @Test
    void proxyOfTheJvm_isTaken() throws Exception {
        System.setProperty("https.proxyHost", "127.0.0.1");
        System.setProperty("https.proxyPort", String.valueOf(proxy.getLocalPort()));
        try (Pushes pushes = through()) {
            pushes.send();
            assertThat(heads).isNotEmpty();
        } finally {
            System.clearProperty("https.proxyHost");
            System.clearProperty("https.proxyPort");
        }
    }

    @Test
    void thisComputer_isNeverReachedThroughAProxy() throws Exception {
        try (Pushes pushes = IosPushes.of(Map.of(
                "push.provider.ios",
                IosPushes.with(
                        IosPushes.access(apns.port()), "apple.proxy", "http://127.0.0.1:" + proxy.getLocalPort())))) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Accepted());
            assertThat(heads).isEmpty();
        }
    }

    @Test
    void proxyThatIsNotThere_isUnavailable() throws Exception {
        proxy.close();
        try (Pushes pushes = through("proxy", "http://127.0.0.1:" + proxy.getLocalPort())) {
            assertThat(pushes.send()).isEqualTo(new Outcome.Unavailable("no connection"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "api.push.apple.com, http://proxy:3128, '', proxy:3128",
        "api.push.apple.com, proxy_1:3128, '', proxy_1:3128",
        "api.push.apple.com, http://proxy:3128, 'localhost, .apple.com', none",
        "api.push.apple.com, http://proxy:3128, push.apple.com, none",
        "api.push.apple.com, http://proxy:3128, h.apple.com, proxy:3128",
        "api.push.apple.com, http://proxy:3128, *, none",
        "127.0.0.1, http://proxy:3128, '', none",
        "localhost, http://proxy:3128, '', none",
        "::1, http://proxy:3128, '', none",
        "api.push.apple.com, '', '', none",
    })
    void proxyOfTheEnvironment_isTaken_unlessTheHostIsExempt(String host, String https, String no, String expected) {
        for (boolean lower : new boolean[] {true, false}) {
            Map<String, String> environment =
                    lower ? Map.of("https_proxy", https, "no_proxy", no) : Map.of("HTTPS_PROXY", https, "NO_PROXY", no);
            assertThat(Proxies.of(host, 443, null, environment)
                            .map(Object::toString)
                            .orElse("none"))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy:3128",
                "https://proxy:3128",
                "http://proxy",
                "http://proxy:0",
                "http://ann:Hunter2@:80",
                "http://proxy:80/path"
            })
    void otherValues_areRefused_andNotShown(String value) {
        assertThatExceptionOfType(OptionException.class)
                .isThrownBy(() -> through("apple.proxy", value))
                .withMessage("[push.provider.ios] apple.proxy = (not shown): accepted is " + Proxies.ACCEPTED);
    }

    private static Pushes through(String... options) {
        Map<String, String> access = IosPushes.with(IosPushes.with(IosPushes.access(443), "apple.host", HOST), options);
        return IosPushes.of(Map.of("push.provider.ios", access), Duration.ofSeconds(10));
    }

    private void serve() {
        try {
            while (true) {
                Socket client = proxy.accept();
                String head = readHead(client.getInputStream());
                heads.add(head);
                Socket server = new Socket(InetAddress.getLoopbackAddress(), apns.port());
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
                pipe(client, server);
                pipe(server, client);
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("The client has hung up");
            }
            head.append((char) c);
        }
        return head.toString();
    }

    private static void pipe(Socket from, Socket to) {
        Thread thread = new Thread(
                () -> {
                    try (from;
                            to) {
                        from.getInputStream().transferTo(to.getOutputStream());
                    } catch (IOException e) {
                        // One of them has hung up.
                    }
                },
                "pipe");
        thread.setDaemon(true);
        thread.start();
    }
}
