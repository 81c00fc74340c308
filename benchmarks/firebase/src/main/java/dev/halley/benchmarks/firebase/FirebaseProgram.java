package dev.halley.benchmarks.firebase;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.firebase.FirebaseApp;
import com.google.firebase.FirebaseOptions;
import com.google.firebase.internal.ApacheHttp2Transport;
import com.google.firebase.messaging.AndroidConfig;
import com.google.firebase.messaging.FirebaseMessaging;
import com.google.firebase.messaging.Message;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.net.URIAuthority;

/**
 * Pushes with firebase-admin, 500 in flight; it is given commands over its standard input, like the other programs. Its
 * server's address can't be set, so its connections are led to the stand-in; nothing else of its client is changed.
 */
final class FirebaseProgram {

    private static final int IN_FLIGHT = 500;

    /** By itself it asks for more than the stand-in gives. */
    private static final String SCOPE = "https://www.googleapis.com/auth/firebase.messaging";

    private static final String PROJECT = "stand-in-1234";

    private final int devices;
    private final FirebaseMessaging messaging;
    private final Semaphore room = new Semaphore(IN_FLIGHT);

    private FirebaseProgram(int port, int devices, Path folder) throws Exception {
        this.devices = devices;
        try (InputStream credentials = Files.newInputStream(folder.resolve("fcm.json"))) {
            messaging = FirebaseMessaging.getInstance(FirebaseApp.initializeApp(FirebaseOptions.builder()
                    .setCredentials(GoogleCredentials.create(GoogleCredentials.fromStream(credentials)
                            .createScoped(SCOPE)
                            .refreshAccessToken()))
                    .setProjectId(PROJECT)
                    .setHttpTransport(new ApacheHttp2Transport(ApacheHttp2Transport.defaultHttpAsyncClientBuilder()
                            .setRoutePlanner((target, context) ->
                                    new HttpRoute(new HttpHost("https", "localhost", port), null, true))
                            .addRequestInterceptorFirst((request, entity, context) ->
                                    request.setAuthority(new URIAuthority("localhost", port)))
                            .build()))
                    .build()));
        }
    }

    public static void main(String[] args) throws Exception {
        FirebaseProgram program =
                new FirebaseProgram(Integer.parseInt(args[0]), Integer.parseInt(args[1]), Path.of(args[2]));
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(program.all());
            }
        }
        System.exit(0);
    }

    private String all() throws InterruptedException {
        long compiler = compilerNanos();
        long cpu = cpuNanos();
        long begin = System.nanoTime();
        for (int i = 0; i < devices; i++) {
            room.acquire();
            var sent = messaging.sendAsync(message(i));
            sent.addListener(
                    () -> {
                        room.release();
                        try {
                            sent.get();
                        } catch (ExecutionException | InterruptedException e) {
                            System.err.println("A push was answered " + e);
                        }
                    },
                    Runnable::run);
        }
        room.acquire(IN_FLIGHT);
        room.release(IN_FLIGHT);
        double seconds = (System.nanoTime() - begin) / 1e9;
        double used = cpuNanos() - cpu;
        return "= rate=" + devices / seconds + " cpu=" + used / 1e3 / devices + " compiling="
                + (compilerNanos() - compiler) / used;
    }

    private static Message message(int device) {
        String text =
                "@T0000000000000000000 Good morning, how may I help you? I have all the time that you need, and more";
        return Message.builder()
                .setToken("d0:APA91b" + "x".repeat(140) + device)
                .putData(
                        "message",
                        "{\"message\":\"New message from Agent\","
                                + "\"serviceId\":\"180-e941460d-1eb0-4f0b-9022-b99ca9ee41f7\","
                                + "\"lastTranscript\":[{\"Message.Text\":\"" + text + "\"}]}")
                .putData("tag", "chat.newagentmessage")
                .putData("key", "0001BaAFC4J8000N_1_2")
                .setAndroidConfig(AndroidConfig.builder()
                        .setPriority(AndroidConfig.Priority.HIGH)
                        .setTtl(86_400_000)
                        .build())
                .build();
    }

    private static long compilerNanos() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime() * 1_000_000;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
