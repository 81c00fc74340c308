package dev.halley.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.halley.standins.Certificates;
import dev.halley.standins.FcmStandIn;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The stand-in for FCM. Its credentials are in {@code fcm.json} of a folder, and so is its certificate. */
final class FcmReceiverProgram {

    private FcmReceiverProgram() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        AtomicInteger received = new AtomicInteger();
        FcmStandIn standIn = FcmStandIn.builder(Certificates.make(folder))
                .delay(Duration.ofMillis(Long.parseLong(args[0])))
                .received(push -> received.incrementAndGet())
                .start();
        standIn.writeCredentials(folder.resolve("fcm.json"));
        System.out.println(Commands.ANSWER + "port=" + URI.create(standIn.url()).getPort());
        Commands.serve(words -> Map.of("heard", received.getAndSet(0)));
    }

    /** Returns the JSON of a message, as the provider makes it. */
    static byte[] message(int device, String text) {
        String chat = "{\\\"message\\\":\\\"New message from Agent\\\","
                + "\\\"serviceId\\\":\\\"180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7\\\","
                + "\\\"lastTranscript\\\":[{\\\"Message.Text\\\":\\\"" + text + "\\\"}]}";
        return ("{\"message\":{\"token\":\"" + Crowd.token("fcm", device) + "\",\"data\":{\"message\":\"" + chat
                        + "\",\"tag\":\"chat.newagentmessage\",\"key\":\"0001BaAFC4J8000N_1_2\"},"
                        + "\"android\":{\"priority\":\"high\",\"ttl\":\"86400s\"}}}")
                .getBytes(UTF_8);
    }
}
