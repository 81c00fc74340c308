package dev.halley.benchmarks;

import dev.halley.standins.Certificates;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code push-…} and {@code latency}: from an event to the receiver of its push. */
final class Push {

    private static final double LEAST_RATE = 0.9;
    private static final double LEAST_OVER_FIREBASE = 1.5;
    private static final double MOST_CPU = 1.25;
    private static final double MOST_MILLIS_MORE = 2;

    private static final int MOST_WARM_ROUNDS = 60;

    /** Of a peer's CPU. */
    private static final double MOST_COMPILING = 0.03;

    private static final List<String> HEAP = List.of("-Xmx2g");

    private Push() {}

    static List<Line> http(Run run) throws IOException {
        return measure(run, "http", ReceiverProgram.class);
    }

    static List<Line> fcm(Run run) throws IOException {
        return measure(run, "fcm", FcmReceiverProgram.class);
    }

    static List<Line> ios(Run run) throws IOException {
        return measure(run, "ios", IosReceiverProgram.class);
    }

    private static List<Line> measure(Run run, String kind, Class<?> receiver) throws IOException {
        List<Line> lines = new ArrayList<>();
        for (int delay : List.of(0, 20)) {
            lines.addAll(measure(run, kind, receiver, delay));
        }
        return lines;
    }

    private static List<Line> measure(Run run, String kind, Class<?> receiverProgram, int delay) throws IOException {
        // The keys and certificates that the stand-in and its clients share.
        Path folder = Files.createTempDirectory(run.home(), kind);
        int peers = kind.equals("fcm") ? 3 : 2;
        Samples[] rate = {new Samples(), new Samples(), new Samples()};
        Samples[] cpu = {new Samples(), new Samples(), new Samples()};
        int devices = run.size(20_000, 200);
        String name = "push-" + kind;
        List<String> jvm = new ArrayList<>(HEAP);
        if (kind.equals("fcm")) {
            jvm.add("-Djavax.net.ssl.trustStore=" + folder.resolve("server.p12"));
            jvm.add("-Djavax.net.ssl.trustStorePassword=" + Certificates.PASSWORD);
        }
        try (Child receiver = Child.start(run, receiverProgram, HEAP, delay, folder)) {
            int port = (int) receiver.answer().get("port");
            try (Child halley = Child.start(run, PushProgram.class, jvm, "halley-" + kind, port, devices, folder);
                    Child bare = Child.start(run, PushProgram.class, jvm, "bare-" + kind, port, devices, folder);
                    Child firebase = peers == 3 ? firebase(run, jvm, port, devices, folder) : bare) {
                Child[] all = Arrays.copyOf(new Child[] {halley, bare, firebase}, peers);
                warm(run, name + " " + delay + " ms", all, receiver, devices);
                for (int round = 0; round < run.rounds(5); round++) {
                    for (int i = 0; i < peers; i++) {
                        Values pushed = all(all[i], receiver, devices);
                        rate[i].add(pushed.get("rate"));
                        cpu[i].add(pushed.get("cpu"));
                    }
                    run.say(name + " " + delay + " ms: round " + (round + 1));
                }
            }
        }
        String what = "answers after " + delay + " ms";
        List<Line> lines = new ArrayList<>(List.of(
                Line.rate(name, what + ": pushes per second", "/s", rate[0], rate[1], LEAST_RATE),
                Line.ratio(name, what + ": CPU per push", "µs", cpu[0], cpu[1], MOST_CPU)));
        if (peers == 3) {
            String next = what + ", next to firebase-admin: ";
            lines.add(Line.rate(name, next + "pushes per second", "/s", rate[0], rate[2], LEAST_OVER_FIREBASE));
            lines.add(Line.listed(name, next + "CPU per push", "µs", cpu[0], cpu[2]));
        }
        return lines;
    }

    /**
     * The compiler is busy for a million pushes, and its time counts, too. So this warms up until it takes little of
     * any peer.
     */
    private static void warm(Run run, String what, Child[] peers, Child receiver, int devices) throws IOException {
        double most = 1;
        for (int round = 0; round < run.size(MOST_WARM_ROUNDS, 0) && most > MOST_COMPILING; round++) {
            most = 0;
            for (Child peer : peers) {
                most = Math.max(most, all(peer, receiver, devices).get("compiling"));
            }
            run.say(String.format("%s: warms up, compilers have %.0f %%", what, most * 100));
        }
    }

    private static Values all(Child peer, Child receiver, int devices) throws IOException {
        Values pushed = peer.ask("all");
        int heard = (int) receiver.ask("heard").get("heard");
        if (heard != devices) {
            throw new IOException("Of " + devices + " pushes " + heard + " came");
        }
        return pushed;
    }

    /** It has a class path of its own, beside the jar. */
    private static Child firebase(Run run, List<String> jvm, int port, int devices, Path folder) throws IOException {
        Path target = run.home().resolve("../firebase/target").normalize();
        String classPath = target.resolve("halley-benchmarks-firebase-0.1.0-SNAPSHOT.jar") + File.pathSeparator
                + target.resolve("lib") + File.separator + "*";
        return Child.start(
                run, classPath, "dev.halley.benchmarks.firebase.FirebaseProgram", jvm, port, devices, folder);
    }

    static List<Line> latency(Run run) throws IOException {
        Samples[] p50 = {new Samples(), new Samples()};
        Samples[] p99 = {new Samples(), new Samples()};
        int perSecond = run.size(1_000, 50);
        int millis = run.size(5_000, 500);
        try (Child receiver = Child.start(run, ReceiverProgram.class, HEAP, 0)) {
            int port = (int) receiver.answer().get("port");
            try (Child halley = Child.start(run, PushProgram.class, HEAP, "halley-http", port, perSecond, "");
                    Child bare = Child.start(run, PushProgram.class, HEAP, "bare-http", port, perSecond, "")) {
                Child[] both = {halley, bare};
                int warm = run.size(3, 0);
                for (int round = -warm; round < run.rounds(7); round++) {
                    for (int i = 0; i < both.length; i++) {
                        int pushed =
                                (int) both[i].ask("paced", perSecond, millis).get("pushes");
                        Values heard = receiver.ask("heard");
                        if ((int) heard.get("heard") != pushed) {
                            throw new IOException("Of " + pushed + " pushes " + heard.get("heard") + " came");
                        }
                        if (round >= 0) {
                            p50[i].add(heard.get("p50") / 1e3);
                            p99[i].add(heard.get("p99") / 1e3);
                        }
                    }
                    run.say("latency: round " + (round + 1));
                }
            }
        }
        String what = String.format("from said to the receiver, %,d/s: ", perSecond);
        return List.of(
                Line.more("latency", what + "p99", "ms", p99[0], p99[1], MOST_MILLIS_MORE),
                Line.listed("latency", what + "p50", "ms", p50[0], p50[1]));
    }
}
