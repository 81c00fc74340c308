package dev.halley.benchmarks;

import dev.halley.fixtures.CometdServer;
import java.util.Map;
import org.cometd.server.AbstractServerTransport;
import org.cometd.server.BayeuxServerImpl;

/** A CometD server, with Halley or bare; both are configured alike. */
final class ChatServer {

    private static final long TICK_NANOS = 5_000_000;

    private ChatServer() {}

    public static void main(String[] args) throws Exception {
        BayeuxServerImpl bayeux = new BayeuxServerImpl();
        Chats chats = args[0].equals("halley") ? new HalleyChats(bayeux) : new BareChats(bayeux);
        CometdServer server = new CometdServer(bayeux, Integer.parseInt(args[1]));
        // A slow client on a busy machine is not lost.
        bayeux.setOption(AbstractServerTransport.MAX_INTERVAL_OPTION, 60_000);
        chats.install();
        server.start();
        System.out.println(Commands.ANSWER + "ready at port=" + server.port());
        Commands.serve(words -> answer(chats, words));
    }

    private static Map<String, ? extends Number> answer(Chats chats, String[] words) throws Exception {
        switch (words[0]) {
            case "open" -> chats.open(number(words, 1));
            case "others" -> chats.others(number(words, 1), number(words, 2));
            case "missed" -> chats.missed(number(words, 1), number(words, 2));
            case "live" -> {
                return live(chats, number(words, 1), number(words, 2), number(words, 3));
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return Map.of("done", 1);
    }

    /** Says this much to each customer in turn. */
    private static Map<String, Number> live(Chats chats, int customers, int perSecond, int millis)
            throws InterruptedException {
        int messages = (int) ((long) perSecond * millis / 1_000);
        long cpu = Commands.cpuNanos();
        long begin = System.nanoTime();
        Pace.each(2, messages, perSecond, TICK_NANOS, (i, due) -> chats.say(i % customers, Marked.text(due)));
        double seconds = (System.nanoTime() - begin) / 1e9;
        // What is still under way counts, too.
        Pace.waitUntil(System.nanoTime() + 200_000_000L);
        return Map.of("messages", messages, "seconds", seconds, "cpu", (Commands.cpuNanos() - cpu) / 1e3);
    }

    private static int number(String[] words, int index) {
        return Integer.parseInt(words[index]);
    }

    /** What the server serves. */
    interface Chats {
        void install();

        /** Opens the chats of customers 0 and up. */
        void open(int customers);

        /** Opens chats of others, with this many events each. */
        void others(int chats, int events);

        /** Lets each customer miss this much. */
        void missed(int customers, int events);

        void say(int customer, String text);
    }
}
