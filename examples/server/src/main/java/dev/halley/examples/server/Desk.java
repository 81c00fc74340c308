package dev.halley.examples.server;

import static java.util.Comparator.comparingLong;

import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.Transcript;
import dev.halley.spi.AgentLink;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agents' desk. It keeps what only agents are told, shows it between the rows of the transcript, and tells watchers
 * what is new. This class is thread-safe.
 */
final class Desk implements AgentLink {

    private static final Logger log = LoggerFactory.getLogger(Desk.class);

    private static final int MAX_NOTICES = 100;
    private static final int PAGE = 500;

    private final Map<ChatId, Folder> folders = new ConcurrentHashMap<>();
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final InstantSource clock;
    private volatile @Nullable ChatEngine engine;

    /** Is told what happens. Must not block. */
    interface Listener {
        void happened(Map<String, Object> event);
    }

    /** What only the agents were told, after a position of the transcript. */
    private record Notice(long after, long absence, Instant at, String nickname, String text) {
        @Override
        public String toString() {
            return "Notice[" + absence + "]";
        }
    }

    /** What the desk knows of one chat. Guarded by itself. */
    private static final class Folder {
        final Deque<Notice> notices = new ArrayDeque<>();
        final Deque<Notice> untold = new ArrayDeque<>();
        String agent = "Agent";
        long told;
        boolean reading;
        boolean again;
    }

    Desk(InstantSource clock) {
        this.clock = clock;
    }

    /** Sets the engine whose agents use this desk. */
    void serve(ChatEngine engine) {
        this.engine = engine;
    }

    @Override
    public CompletionStage<Void> customerAway(ChatId chat, long absence, String text) {
        return engine().transcript(chat, Long.MAX_VALUE - 1, 1)
                .thenAccept(found -> found.ifPresent(transcript -> {
                    Notice notice = new Notice(
                            transcript.chat().position(),
                            absence,
                            clock.instant(),
                            transcript.chat().nickname(),
                            text);
                    Folder folder = folder(chat);
                    synchronized (folder) {
                        if (folder.notices.stream().anyMatch(known -> known.absence() == absence)) {
                            return;
                        }
                        folder.notices.add(notice);
                        folder.untold.add(notice);
                        if (folder.notices.size() > MAX_NOTICES) {
                            folder.notices.remove();
                        }
                    }
                    changed(chat);
                }));
    }

    /** Says that something may be new in a chat. May be called too often. */
    void changed(ChatId chat) {
        Folder folder = folder(chat);
        synchronized (folder) {
            folder.again = true;
            if (folder.reading) {
                return;
            }
            folder.reading = true;
        }
        read(chat, folder);
    }

    /** Sets the name of an agent who joins. */
    void joined(ChatId chat, String nickname) {
        Folder folder = folder(chat);
        synchronized (folder) {
            folder.agent = nickname;
        }
    }

    /** Returns the name of the agent who joined last. */
    String agent(ChatId chat) {
        Folder folder = folder(chat);
        synchronized (folder) {
            return folder.agent;
        }
    }

    /** Returns what an agent sees after a position of the transcript. */
    CompletionStage<Optional<List<Map<String, Object>>>> events(ChatId chat, long after) {
        return engine().transcript(chat, after, Integer.MAX_VALUE)
                .thenApply(found -> found.map(transcript -> {
                    Folder folder = folder(chat);
                    synchronized (folder) {
                        List<Notice> notices = folder.notices.stream()
                                .filter(notice -> notice.after() >= after)
                                .toList();
                        return merged(transcript.rows(), notices);
                    }
                }));
    }

    /** Adds a watcher, who is told what happens from now on. */
    void listen(Listener listener) {
        listeners.add(listener);
    }

    void leave(Listener listener) {
        listeners.remove(listener);
    }

    /** Forgets the chats that are gone. */
    void tidy() {
        folders.forEach((chat, folder) -> engine().transcript(chat, Long.MAX_VALUE - 1, 1)
                .thenAccept(found -> {
                    if (found.isEmpty()) {
                        folders.remove(chat, folder);
                    }
                }));
    }

    int size() {
        return folders.size();
    }

    /**
     * Reads until nothing new was reported meanwhile. Each chat has one reader, which keeps the order of the
     * transcript.
     */
    private void read(ChatId chat, Folder folder) {
        long after;
        synchronized (folder) {
            folder.again = false;
            after = folder.told;
        }
        engine().transcript(chat, after, PAGE).whenCompleteAsync((found, failure) -> {
            if (failure != null) {
                log.warn(
                        "The desk could not read a chat: {}", failure.getClass().getName());
            }
            boolean more = failure == null && tell(chat, folder, found);
            synchronized (folder) {
                if (!more && !folder.again) {
                    folder.reading = false;
                    return;
                }
            }
            read(chat, folder);
        });
    }

    private boolean tell(ChatId chat, Folder folder, Optional<Transcript> found) {
        if (found.isEmpty()) {
            folders.remove(chat, folder);
            return false;
        }
        List<Row> rows = found.get().rows();
        List<Map<String, Object>> events;
        synchronized (folder) {
            if (!rows.isEmpty()) {
                folder.told = rows.get(rows.size() - 1).position();
            }
            List<Notice> notices = folder.untold.stream()
                    .filter(notice -> notice.after() <= folder.told)
                    .toList();
            folder.untold.removeAll(notices);
            events = merged(rows, notices);
        }
        for (Map<String, Object> event : events) {
            Map<String, Object> named = new LinkedHashMap<>();
            named.put("chatSessionId", chat.value());
            named.putAll(event);
            listeners.forEach(listener -> listener.happened(named));
        }
        return rows.size() == PAGE;
    }

    private static List<Map<String, Object>> merged(List<Row> rows, List<Notice> notices) {
        record Placed(long place, Map<String, Object> event) {
            @Override
            public String toString() {
                return "Placed[" + place + "]";
            }
        }
        List<Placed> all = new ArrayList<>();
        for (Row row : rows) {
            all.add(new Placed(2 * row.position(), shown(row.position(), row.at(), row.event())));
        }
        for (Notice notice : notices) {
            ChatEvent event = ChatEvent.of(ChatEvent.NOTICE_CUSTOM, Party.CLIENT, notice.nickname(), notice.text());
            all.add(new Placed(2 * notice.after() + 1, shown(null, notice.at(), event)));
        }
        return all.stream()
                .sorted(comparingLong(Placed::place))
                .map(Placed::event)
                .toList();
    }

    private static Map<String, Object> shown(@Nullable Long position, Instant at, ChatEvent event) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("position", position);
        shown.put("type", event.type());
        shown.put("nickname", event.nickname());
        shown.put("text", event.text());
        shown.put("party", event.party().name());
        shown.put("at", at.truncatedTo(ChronoUnit.MILLIS).toString());
        return shown;
    }

    private Folder folder(ChatId chat) {
        return folders.computeIfAbsent(chat, c -> new Folder());
    }

    private ChatEngine engine() {
        ChatEngine served = engine;
        if (served == null) {
            throw new IllegalStateException("The desk serves nobody yet");
        }
        return served;
    }
}
