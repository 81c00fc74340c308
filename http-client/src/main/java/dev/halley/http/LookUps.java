package dev.halley.http;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.net.InetAddresses;
import com.google.common.net.InternetDomainName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.jspecify.annotations.Nullable;

/**
 * Looks hosts up, each in a thread of its own, because a look-up blocks for as long as a name server is silent and
 * can't be ended. Devices can name hosts, so whoever has a domain can have name servers that never answer; these must
 * not hold back others:
 *
 * <ul>
 *   <li>A host is looked up once at a time, whoever asks.
 *   <li>A domain, as one registers it, has {@value #MOST_OF_A_DOMAIN} look-ups at a time.
 *   <li>A part of the threads is left to hosts that have been found before. If even these are in use, or the name
 *       server is silent, the addresses that were found last are taken, for up to an hour.
 *   <li>A look-up waits for a thread for {@link #TIME_LIMIT}, and for the name server as long again. A host whose name
 *       server was silent is not asked for again for {@link #PAUSE}.
 * </ul>
 *
 * <p>Its threads are daemons and end with their look-ups. This class is thread-safe.
 */
final class LookUps implements SocketAddressResolver, AutoCloseable {

    /** Runs a task after a while. */
    @FunctionalInterface
    interface Timer {
        void after(Duration delay, Runnable task);
    }

    /** How long a look-up may wait for a thread, and then for a name server. */
    static final Duration TIME_LIMIT = Duration.ofSeconds(5);

    static final Duration PAUSE = Duration.ofMinutes(1);
    static final Duration KEPT = Duration.ofHours(1);

    static final int MOST_THREADS = 64;
    static final int MOST_OF_STRANGERS = 48;
    static final int MOST_OF_A_DOMAIN = 4;
    static final int MOST_WAITING = 1_024;

    /** The most of a domain that wait, so that one domain alone can't fill the queue. */
    static final int MOST_WAITING_OF_A_DOMAIN = 64;

    private static final int MOST_REMEMBERED = 10_000;

    private final HostNames names;
    private final Timer timer;
    private final String threadName;
    private final Cache<String, List<InetAddress>> found;
    private final Cache<String, Boolean> silent;

    // All below is guarded by the lock, under which nothing foreign runs.
    private final Object lock = new Object();
    private final Map<String, LookUp> underWay = new HashMap<>();
    private final Map<String, LookUp> waiting = new LinkedHashMap<>();
    private final Map<String, Integer> runningOfDomains = new HashMap<>();
    private final Map<String, Integer> waitingOfDomains = new HashMap<>();
    private int running;
    private int runningOfStrangers;
    private boolean closed;

    LookUps(HostNames names, Timer timer, Ticker ticker, String threadName) {
        this.names = names;
        this.timer = timer;
        this.threadName = threadName;
        this.found = CacheBuilder.newBuilder()
                .maximumSize(MOST_REMEMBERED)
                .expireAfterWrite(KEPT)
                .ticker(ticker)
                .build();
        this.silent = CacheBuilder.newBuilder()
                .maximumSize(MOST_REMEMBERED)
                .expireAfterWrite(PAUSE)
                .ticker(ticker)
                .build();
    }

    /** Returns at once. The promise is kept in this thread if there is nothing to wait for. */
    @Override
    public void resolve(String host, int port, Promise<List<InetSocketAddress>> promise) {
        Caller caller = new Caller(port, promise);
        if (InetAddresses.isUriInetAddress(host) || InetAddresses.isInetAddress(host)) {
            literal(host, caller);
            return;
        }
        String name = WebUrl.host(host);
        List<InetAddress> last = found.getIfPresent(name);
        if (silent.getIfPresent(name) != null) {
            caller.end(last, new LookUpTimeoutException());
            return;
        }
        List<LookUp> begun;
        LookUp made = null;
        synchronized (lock) {
            LookUp shared = closed ? null : underWay.get(name);
            if (shared != null) {
                shared.callers.add(caller);
                return;
            }
            if (!closed && (last == null ? hasRoomToWait(name) : hasThread(name))) {
                made = new LookUp(name, last);
                made.callers.add(caller);
                underWay.put(name, made);
                waiting.put(name, made);
                waitingOfDomains.merge(made.domain, 1, Integer::sum);
            }
            begun = begin();
        }
        if (made == null) {
            caller.end(last, new RejectedExecutionException("too many look-ups"));
        } else if (!begun.contains(made)) {
            timer.after(TIME_LIMIT, made::endWait);
        }
        begun.forEach(LookUp::start);
    }

    /** Asks nobody, so it needs no thread. */
    private void literal(String host, Caller caller) {
        try {
            caller.succeeded(List.of(names.addresses(host)));
        } catch (UnknownHostException e) {
            caller.promise().failed(e);
        }
    }

    private boolean hasRoomToWait(String name) {
        return waiting.size() < MOST_WAITING
                && waitingOfDomains.getOrDefault(domain(name), 0) < MOST_WAITING_OF_A_DOMAIN;
    }

    /** Whoever knows older addresses does not wait for a thread. */
    private boolean hasThread(String name) {
        return running < MOST_THREADS && runningOfDomains.getOrDefault(domain(name), 0) < MOST_OF_A_DOMAIN;
    }

    /** Takes from those that wait whatever may begin now, in order. */
    private List<LookUp> begin() {
        List<LookUp> begun = new ArrayList<>();
        for (Iterator<LookUp> all = waiting.values().iterator(); all.hasNext() && running < MOST_THREADS; ) {
            LookUp next = all.next();
            if ((next.isOfStranger && runningOfStrangers >= MOST_OF_STRANGERS)
                    || runningOfDomains.getOrDefault(next.domain, 0) >= MOST_OF_A_DOMAIN) {
                continue;
            }
            all.remove();
            less(waitingOfDomains, next.domain);
            next.hasBegun = true;
            running++;
            runningOfStrangers += next.isOfStranger ? 1 : 0;
            runningOfDomains.merge(next.domain, 1, Integer::sum);
            begun.add(next);
        }
        return begun;
    }

    /** Returns the part of a host's name that somebody has registered, as far as that is known. */
    static String domain(String host) {
        if (!InternetDomainName.isValid(host)) {
            return host;
        }
        InternetDomainName name = InternetDomainName.from(host);
        return name.isUnderPublicSuffix() ? name.topPrivateDomain().toString() : host;
    }

    private static void less(Map<String, Integer> counts, String key) {
        int count = counts.getOrDefault(key, 0);
        if (count <= 1) {
            counts.remove(key);
        } else {
            counts.put(key, count - 1);
        }
    }

    /** Fails all that is under way. Threads end when their name servers answer, or the system gives up. */
    @Override
    public void close() {
        List<LookUp> all;
        synchronized (lock) {
            closed = true;
            all = List.copyOf(underWay.values());
            underWay.clear();
            waiting.clear();
            waitingOfDomains.clear();
        }
        all.forEach(LookUp::abandon);
    }

    /** How many look-ups have a thread, for tests. */
    int running() {
        synchronized (lock) {
            return running;
        }
    }

    /** Who wants the addresses of a host. */
    private record Caller(int port, Promise<List<InetSocketAddress>> promise) {

        void succeeded(List<InetAddress> addresses) {
            try {
                promise.succeeded(addresses.stream()
                        .map(address -> new InetSocketAddress(address, port))
                        .toList());
            } catch (RuntimeException e) {
                promise.failed(e); // others wait for the same host
            }
        }

        /** Takes older addresses if there are any. */
        void end(@Nullable List<InetAddress> last, Exception failure) {
            if (last != null) {
                succeeded(last);
            } else {
                promise.failed(failure);
            }
        }
    }

    /** One look-up of a host, for all who ask for it meanwhile. */
    private final class LookUp {

        private final String host;
        private final String domain;
        private final @Nullable List<InetAddress> last;
        private final boolean isOfStranger;
        private final List<Caller> callers = new ArrayList<>();
        private boolean hasBegun;
        private volatile @Nullable Thread thread;

        /** @param last what was found last; null for a stranger, of which nothing is known */
        LookUp(String host, @Nullable List<InetAddress> last) {
            this.host = host;
            this.domain = LookUps.domain(host);
            this.last = last;
            this.isOfStranger = last == null;
        }

        void start() {
            Thread started = new Thread(this::run, threadName);
            started.setDaemon(true);
            thread = started;
            timer.after(TIME_LIMIT, this::endRun);
            try {
                started.start();
            } catch (OutOfMemoryError e) {
                // The system has no thread left. It is not the host's fault.
                ended();
                takeCallers().forEach(caller -> caller.end(last, new RejectedExecutionException("no thread")));
            }
        }

        private void run() {
            try {
                List<InetAddress> addresses = List.copyOf(Arrays.asList(names.addresses(host)));
                // Even if nobody waits any more: the next one who asks has them then.
                found.put(host, addresses);
                silent.invalidate(host);
                takeCallers().forEach(caller -> caller.succeeded(addresses));
            } catch (UnknownHostException | RuntimeException e) {
                takeCallers().forEach(caller -> caller.promise().failed(e));
            } finally {
                ended();
            }
        }

        /** The thread is free again. */
        private void ended() {
            List<LookUp> begun;
            synchronized (lock) {
                running--;
                runningOfStrangers -= isOfStranger ? 1 : 0;
                less(runningOfDomains, domain);
                begun = closed ? List.of() : begin();
            }
            begun.forEach(LookUp::start);
        }

        /** Ends the wait for a thread. */
        private void endWait() {
            synchronized (lock) {
                if (hasBegun || waiting.get(host) != this) {
                    return;
                }
                waiting.remove(host);
                less(waitingOfDomains, domain);
            }
            takeCallers().forEach(caller -> caller.end(last, new RejectedExecutionException("no thread in time")));
        }

        /** Ends the wait for the name server. */
        private void endRun() {
            List<Caller> late = takeCallers();
            if (!late.isEmpty()) {
                silent.put(host, true);
                late.forEach(caller -> caller.end(last, new LookUpTimeoutException()));
                interrupt();
            }
        }

        private void abandon() {
            takeCallers().forEach(caller -> caller.promise().failed(new RejectedExecutionException("closed")));
            interrupt();
        }

        /** Ends the thread, if what blocks it can be interrupted; the JVM's own look-up can't. */
        private void interrupt() {
            Thread blocked = thread;
            if (blocked != null) {
                blocked.interrupt();
            }
        }

        /** Returns those who wait, whom nobody else tells then. Whoever asks next begins another look-up. */
        private List<Caller> takeCallers() {
            synchronized (lock) {
                List<Caller> taken = List.copyOf(callers);
                callers.clear();
                underWay.remove(host, this);
                return taken;
            }
        }
    }
}
