package dev.halley.examples.server;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** An HTTP proxy as it stands before servers: nginx or haproxy on a free port, with one of several configurations. */
final class Proxy implements AutoCloseable {

    enum Configuration {
        /** HTTP/1.0 to the server, a connection for each request, nothing that tells of the proxy. */
        NGINX_PLAIN("nginx", "src/test/resources/proxies/nginx-plain.conf"),
        /** Clients share connections to the server. */
        NGINX_POOL("nginx", "src/test/resources/proxies/nginx-pool.conf"),
        HAPROXY_POOL("haproxy", "src/test/resources/proxies/haproxy-pool.cfg"),
        /** What the documentation recommends. */
        NGINX_RECOMMENDED("nginx", "../../docs/proxies/nginx.conf"),
        HAPROXY_RECOMMENDED("haproxy", "../../docs/proxies/haproxy.cfg");

        private final String program;
        private final Path file;

        Configuration(String program, String file) {
            this.program = program;
            this.file = Path.of(file);
        }

        boolean passesWebSockets() {
            return this != NGINX_PLAIN;
        }

        /** Clients share its connections to the server. */
        boolean pools() {
            return this != NGINX_PLAIN;
        }

        boolean isRecommended() {
            return this == NGINX_RECOMMENDED || this == HAPROXY_RECOMMENDED;
        }

        String text() {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What the recommended configurations say for where they listen, and where the server is. */
    private static final String LISTENS = "127.0.0.1:8000";

    private static final String SERVES = "127.0.0.1:8080";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path home;
    private final int port;
    private final Process process;

    /** Aborts the tests if a program is missing; on CI they fail. */
    static void require() {
        for (Configuration configuration : Configuration.values()) {
            if (!isInstalled(configuration.program)) {
                String reason = "There is no " + configuration.program + " here: no test through proxies."
                        + " Debian has nginx-light and haproxy";
                if ("true".equals(System.getenv("CI"))) {
                    Assertions.fail(reason);
                }
                Assumptions.abort(reason);
            }
        }
    }

    Proxy(Configuration configuration, URI server) throws IOException {
        this(configuration.program, configuration.text(), server);
    }

    /** With a configuration of the test's own. */
    Proxy(String program, String configuration, URI server) throws IOException {
        home = Files.createTempDirectory("proxy");
        // nginx' workers are somebody else, who has to come by.
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        port = freePort();
        Path file = home.resolve("configuration");
        Files.writeString(
                file,
                configuration
                        .replace("@PORT@", String.valueOf(port))
                        .replace("@UPSTREAM@", server.getAuthority())
                        .replace("@DIR@", home.toString())
                        .replace(SERVES, server.getAuthority())
                        .replace(LISTENS, "127.0.0.1:" + port));
        process = new ProcessBuilder(command(program, file, configuration))
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("output").toFile())
                .start();
        try {
            await().atMost(PATIENCE).until(this::accepts);
        } catch (RuntimeException | Error e) {
            String said = Files.readString(home.resolve("output"));
            close();
            throw new IllegalStateException(program + " does not serve: " + said, e);
        }
    }

    private List<String> command(String program, Path file, String configuration) {
        if (program.equals("haproxy")) {
            return List.of(path(program), "-db", "-f", file.toString());
        }
        String log = home.resolve("error.log").toString();
        List<String> command =
                new ArrayList<>(List.of(path(program), "-p", home + "/", "-e", log, "-c", file.toString()));
        if (!configuration.contains("daemon off;")) {
            command.addAll(List.of("-g", "daemon off; pid " + home.resolve("pid") + ";"));
        }
        return command;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    @Override
    public void close() {
        process.destroy(); // Not forcibly: nginx' workers are ended by their master.
        process.onExit().join();
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean accepts() {
        if (!process.isAlive()) {
            throw new IllegalStateException("It has ended with " + process.exitValue());
        }
        try {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isInstalled(String program) {
        return Files.isExecutable(Path.of(path(program)));
    }

    /** Where it is; Debian puts both where not every user's path leads. */
    private static String path(String program) {
        return Stream.concat(
                        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)),
                        Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of("/usr/sbin", program))
                .toString();
    }
}
