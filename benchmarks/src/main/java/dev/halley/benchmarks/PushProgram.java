package dev.halley.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Pushes through the engine or a bare client, as often or as fast as it is told to. */
final class PushProgram {

    private static final long TICK_NANOS = 1_000_000;

    private PushProgram() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        int devices = Integer.parseInt(args[2]);
        Path folder = Path.of(args[3]);
        Pushes pushes = switch (args[0]) {
            case "halley-http" -> HalleyPushes.http(port, devices);
            case "bare-http" -> new BareHttpPushes(port);
            case "halley-fcm" -> HalleyPushes.fcm(folder, port, devices);
            case "bare-fcm" -> new BareFcmPushes(folder, port);
            case "halley-ios" -> HalleyPushes.ios(folder, port, devices);
            case "bare-ios" -> new BareIosPushes(folder, port);
            default -> throw new IllegalArgumentException(args[0]);
        };
        Commands.serve(words -> switch (words[0]) {
            case "all" -> all(pushes, devices);
            case "paced" -> paced(pushes, devices, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        });
    }

    private static Map<String, Number> all(Pushes pushes, int devices) throws InterruptedException {
        String[] texts = new String[devices];
        Arrays.fill(texts, Marked.text(System.nanoTime()));
        pushes.ready();
        long compiler = Commands.compilerNanos();
        long cpu = Commands.cpuNanos();
        long begin = System.nanoTime();
        pushes.all(texts);
        double seconds = (System.nanoTime() - begin) / 1e9;
        double used = Commands.cpuNanos() - cpu;
        return Map.of(
                "rate",
                devices / seconds,
                "cpu",
                used / 1e3 / devices,
                "compiling",
                (Commands.compilerNanos() - compiler) / used);
    }

    private static Map<String, Number> paced(Pushes pushes, int devices, int perSecond, int millis)
            throws InterruptedException {
        int times = (int) ((long) perSecond * millis / 1_000);
        Pace.each(1, times, perSecond, TICK_NANOS, (i, due) -> pushes.one(i % devices, Marked.text(due)));
        Pace.waitUntil(System.nanoTime() + 300_000_000L);
        return Map.of("pushes", times);
    }
}
