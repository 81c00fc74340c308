package dev.halley.benchmarks;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Many customers in one thread. */
final class CustomersProgram {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(120);

    private final int port;
    private final boolean websocket;
    private final Selector selector = Selector.open();
    private final byte[] buffer = new byte[4 << 20];
    private final Marked marked = new Marked();
    private final List<Customer> customers = new ArrayList<>();

    private CustomersProgram(int port, boolean websocket) throws IOException {
        this.port = port;
        this.websocket = websocket;
    }

    public static void main(String[] args) throws Exception {
        CustomersProgram program = new CustomersProgram(Integer.parseInt(args[0]), args[1].equals("websocket"));
        Commands.serve(program::answer);
    }

    private Map<String, Number> answer(String[] words) throws IOException {
        return switch (words[0]) {
            case "connect" -> connect(Integer.parseInt(words[1]));
            case "hear" -> hear(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            case "catch-up" -> catchUp(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** Connects customers up to this number, each once the one before is answered. */
    private Map<String, Number> connect(int total) throws IOException {
        while (customers.size() < total) {
            Customer customer = new Customer(selector, port, customers.size(), websocket, marked);
            customers.add(customer);
            // The second connect is held.
            runUntil(() -> customer.connects > 0);
        }
        return Map.of("connected", customers.size());
    }

    /** Listens until this many messages have come, or for this long. */
    private Map<String, Number> hear(int messages, long millis) throws IOException {
        marked.clear();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (marked.count() < messages && System.nanoTime() < until) {
            select(50);
        }
        return Map.of("heard", marked.count(), "p50", marked.micros(500), "p99", marked.micros(990));
    }

    /** Lets the first customer come back and go away again this many times; each time it should hear this much. */
    private Map<String, Number> catchUp(int times, int events) throws IOException {
        Samples took = new Samples();
        for (int i = 0; i < times; i++) {
            marked.clear();
            Customer customer = new Customer(selector, port, 0, websocket, marked);
            customer.enough = events;
            runUntil(() -> customer.heard >= events);
            took.add((System.nanoTime() - customer.shookAt) / 1e3);
            // On its one connection it can speak only after an answer, so it has not connected again.
            customer.disconnect();
            runUntil(() -> customer.gone);
            customer.close();
            if (customer.heard != events) {
                throw new IOException("There were " + events + " events, and " + customer.heard + " came");
            }
        }
        return Map.of("micros", took.median());
    }

    private void runUntil(BooleanSupplier done) throws IOException {
        long until = System.nanoTime() + PATIENCE;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > until) {
                throw new IOException("The server does not answer");
            }
            select(1_000);
        }
    }

    private void select(long millis) throws IOException {
        selector.select(millis);
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.attachment() instanceof Customer customer) {
                customer.read(buffer);
            }
        }
        selector.selectedKeys().clear();
    }
}
