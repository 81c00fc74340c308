package dev.halley.benchmarks;

import java.io.IOException;
import java.util.List;

/** A chat server and its customers, each in a JVM of its own. */
final class Pair implements AutoCloseable {

    final Child server;
    final Child customers;

    private Pair(Child server, Child customers) {
        this.server = server;
        this.customers = customers;
    }

    static Pair start(Run run, String kind, String transport, String... jvm) throws IOException {
        Child server = Child.start(run, ChatServer.class, List.of(jvm), kind, 0);
        try {
            int port = (int) server.answer().get("port");
            Child customers = Child.start(run, CustomersProgram.class, List.of("-Xmx1g"), port, transport);
            return new Pair(server, customers);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    void connect(int count) throws IOException {
        server.ask("open", count);
        customers.ask("connect", count);
    }

    /** What it cost to say something for a while, and how late it came. */
    record Heard(double microsEach, double perSecond, double p50, double p99) {}

    /** Says something to each of a number of customers in turn. */
    Heard live(int count, int perSecond, int millis) throws IOException {
        int messages = (int) ((long) perSecond * millis / 1_000);
        customers.tell("hear", messages, millis + 20_000L);
        Values said = server.ask("live", count, perSecond, millis);
        Values heard = customers.answer();
        if ((int) heard.get("heard") != messages) {
            throw new IOException("Of " + messages + " messages only " + heard.get("heard") + " came");
        }
        return new Heard(
                said.get("cpu") / messages, messages / said.get("seconds"), heard.get("p50"), heard.get("p99"));
    }

    @Override
    public void close() throws IOException {
        try (server) {
            customers.close();
        }
    }
}
