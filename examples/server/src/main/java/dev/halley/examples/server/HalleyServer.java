package dev.halley.examples.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.management.HotSpotDiagnosticMXBean;
import dev.halley.OptionException;
import dev.halley.Options;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The program: a server to try Halley with; with {@code --story} it shows step by step what Halley does. */
@Command(
        name = "halley-server",
        description =
                "Serves chats that survive the background: Chat API v1 and CometD for customers, REST for agents.",
        sortOptions = false)
final class HalleyServer {

    private static final org.slf4j.Logger log = LoggerFactory.getLogger(HalleyServer.class);

    private static final int FAILED = 1;
    private static final int MISUSED = 2;
    private static final int DEMO_GRACE_SECONDS = 5;

    @Option(names = "--port", paramLabel = "PORT", description = "where to listen; 0 for a free port (8080)")
    private int port = 8080;

    @Option(names = "--host", paramLabel = "HOST", description = "the address to listen on (127.0.0.1)")
    private String host = "127.0.0.1";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "sections of options, in YAML; without it a demonstration that pushes to itself")
    private @Nullable Path config;

    @Option(names = "--agent-token", paramLabel = "TOKEN", description = "what agents show (a new one, printed)")
    private @Nullable String agentToken;

    @Option(names = "--story", description = "play the whole story against this server, tell it, and exit")
    private boolean story;

    @Option(names = "--help", usageHelp = true, description = "show this and exit")
    private boolean help;

    private final CountDownLatch stopped = new CountDownLatch(1);

    HalleyServer() {}

    /** Runs until it is told to stop. Exits with 2 if the command line or the options are wrong. */
    public static void main(String[] args) {
        System.exit(new HalleyServer().run(args, System.out, System.err));
    }

    /** Returns the exit status: 0, 1 if something failed, 2 if the command line or the options are wrong. */
    int run(String[] args, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(this);
        try {
            line.parseArgs(args);
            if (help) {
                line.usage(out);
                return 0;
            }
            if (port < 0 || port > 65_535) {
                throw new ParameterException(line, "--port is from 0 to 65535, not " + port);
            }
            if (agentToken != null && agentToken.isBlank()) {
                throw new ParameterException(line, "--agent-token is a text that is not empty");
            }
            if (story) {
                return tell(out);
            }
            serve(out);
            return 0;
        } catch (ParameterException | Config.BadConfig | OptionException e) {
            err.println(oneLine(e));
            return MISUSED;
        } catch (IOException e) {
            err.println("Can't listen on " + host + ":" + port + ": " + oneLine(e));
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    private int tell(PrintStream out) throws IOException, InterruptedException {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        return new Story(out).play() ? 0 : FAILED;
    }

    private void serve(PrintStream out) throws IOException, InterruptedException {
        if (config != null) {
            serve(Options.of(Config.read(config)), out);
            return;
        }
        try (DemoServices services = DemoServices.start(out::println)) {
            serve(Options.of(services.options(DEMO_GRACE_SECONDS)), out);
        }
    }

    private void serve(Options options, PrintStream out) throws IOException, InterruptedException {
        ServerSettings settings = ServerSettings.of(options).at(host, port);
        if (config == null && InetAddress.getByName(host).isLoopbackAddress()) {
            settings = settings.asDemonstration();
        }
        if (agentToken != null) {
            settings = settings.withToken(new AgentToken(agentToken));
        }
        if (!exitsWithoutMemory()) {
            log.warn("Start Java with -XX:+ExitOnOutOfMemoryError: a server that has run out of memory serves nobody,"
                    + " and nobody starts it anew");
        }
        RunningServer server = RunningServer.start(settings);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            server.close();
                            stopped.countDown();
                        },
                        "halley-stop"));
        out.println("Halley is ready at " + server.uri());
        if (agentToken == null) {
            out.println("Agent token: " + server.token());
        }
        if (config == null) {
            out.println(howToTry(server.uri(), agentToken == null ? server.token() : "<your token>"));
        }
        out.flush();
        stopped.await();
    }

    /** Whether the process ends when its memory does; also if this Java has no such option. */
    private static boolean exitsWithoutMemory() {
        HotSpotDiagnosticMXBean java = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return java == null
                    || Stream.of("ExitOnOutOfMemoryError", "CrashOnOutOfMemoryError")
                            .anyMatch(option ->
                                    java.getVMOption(option).getValue().equals("true"));
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static String howToTry(URI uri, String token) {
        return """

                This is a demonstration: pushes over FCM, APNs and HTTP go to stand-ins inside this process and are
                printed here, 5 seconds after the first message that a customer in the background has missed. To try
                it, in another terminal:

                  U=%1$s T='%2$s'
                  ID=$(curl -s -X POST $U/genesys/1/service/request-chat -H 'gms_user: ada' | cut -d'"' -f4)
                  CHAT=$(curl -s $U/genesys/1/service/$ID/ixn/chat -H 'gms_user: ada' -d 'notify_by=comet' \\
                    -d 'firstName=Ada&push_notification_type=customhttp&push_notification_deviceid=adas-phone' \\
                    | cut -d'"' -f4)
                  curl -s $U/agent/1/chats/$CHAT/messages -H "Authorization: Bearer $T" -d 'text=Hello, Ada'

                Ada's app never connects, so she counts as away after 10 seconds; 5 seconds later the push is printed.
                For other phones: push_notification_type=fcm, or ios with a deviceid of 64 hexadecimal digits.
                The whole story, told while it happens: start this program with --story.
                """.formatted(uri.toString().replaceAll("/$", ""), token);
    }

    private static String oneLine(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return Printable.escaped(
                String.join(" ", message.lines().map(String::strip).toList()));
    }
}
