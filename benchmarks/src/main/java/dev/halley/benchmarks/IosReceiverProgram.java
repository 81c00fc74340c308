package dev.halley.benchmarks;

import dev.halley.standins.ApnsStandIn;
import dev.halley.standins.Certificates;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The stand-in for APNs. Its key and its certificate are in a folder. */
final class IosReceiverProgram {

    private IosReceiverProgram() {}

    public static void main(String[] args) throws Exception {
        AtomicInteger received = new AtomicInteger();
        ApnsStandIn standIn =
                ApnsStandIn.start(Certificates.make(Path.of(args[1])), push -> received.incrementAndGet());
        long delayMillis = Long.parseLong(args[0]);
        // The stand-in, which is Pushy's own, can only answer at once.
        int port = delayMillis == 0 ? standIn.port() : SlowAnswers.before(standIn.port(), delayMillis);
        System.out.println(Commands.ANSWER + "port=" + port);
        Commands.serve(words -> Map.of("heard", received.getAndSet(0)));
    }
}
