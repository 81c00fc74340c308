package dev.halley.examples.server;

import com.google.common.collect.ImmutableMap;
import dev.halley.ChatEngine;
import dev.halley.ChatEvent;
import dev.halley.ChatId;
import dev.halley.ChatView;
import dev.halley.Party;
import dev.halley.Presence;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The agents' side, open to whoever has the agent token. */
final class AgentApi extends JsonApi {

    /** How many chats a page has, and may have at most. */
    private static final int MOST_OF_PAGE = 1_000;

    /** How many chats are looked at for a page whose presence was asked for, so that a rare one costs no more. */
    private static final int MOST_LOOKED_AT = 10 * MOST_OF_PAGE;

    static final String NEXT = "Halley-Next";

    private final ChatEngine engine;
    private final Desk desk;
    private final AgentToken token;

    AgentApi(ChatEngine engine, Desk desk, AgentToken token) {
        super("/agent/1/");
        this.engine = engine;
        this.desk = desk;
        this.token = token;
    }

    @Override
    void admit(Request request) {
        token.check(request);
    }

    @Override
    CompletionStage<Answer> answer(Request request, List<String> path, Fields fields) {
        if (!path.get(0).equals("chats") || path.size() > 3) {
            throw Refusal.notFound();
        }
        boolean reads = path.size() < 3 || path.get(2).equals("events");
        if (!request.getMethod().equals(reads ? "GET" : "POST")) {
            throw Refusal.methodNotAllowed();
        }
        if (path.size() == 1) {
            return chats(fields);
        }
        ChatId chat = chatId(path.get(1));
        if (path.size() == 2) {
            return engine.transcript(chat, Long.MAX_VALUE - 1, 1)
                    .thenApply(found ->
                            Answer.ok(shown(found.orElseThrow(Refusal::notFound).chat())));
        }
        return reads ? events(chat, fields) : write(chat, path.get(2), fields);
    }

    private CompletionStage<Answer> chats(Fields fields) {
        int limit = fields.filled("limit").map(AgentApi::limit).orElse(MOST_OF_PAGE);
        ChatId after = fields.filled("after").map(AgentApi::cursor).orElse(null);
        Presence presence = fields.filled("presence").map(AgentApi::presence).orElse(null);
        return page(after, limit, presence, new ArrayList<>(), 0);
    }

    /** Reads on until the page is full, or there are no more chats, or many of another presence. */
    private CompletionStage<Answer> page(
            @Nullable ChatId after,
            int limit,
            @Nullable Presence presence,
            List<Map<String, Object>> found,
            int lookedAt) {
        int asked = limit - found.size();
        return engine.chats(after, asked + 1).thenCompose(chats -> {
            chats.stream()
                    .limit(asked)
                    .filter(chat -> presence == null || chat.presence() == presence)
                    .forEach(chat -> found.add(shown(chat)));
            if (chats.size() <= asked) {
                return CompletableFuture.completedFuture(Answer.ok(found));
            }
            ChatId last = chats.get(asked - 1).id();
            return found.size() == limit || lookedAt + asked >= MOST_LOOKED_AT
                    ? CompletableFuture.completedFuture(Answer.ok(found).with(NEXT, last.value()))
                    : page(last, limit, presence, found, lookedAt + asked);
        });
    }

    private static int limit(String value) {
        if (value.matches("[0-9]{1,4}") && Integer.parseInt(value) >= 1 && Integer.parseInt(value) <= MOST_OF_PAGE) {
            return Integer.parseInt(value);
        }
        throw Refusal.unacceptable("limit is a whole number from 1 to " + MOST_OF_PAGE);
    }

    private static ChatId cursor(String value) {
        try {
            return new ChatId(value);
        } catch (IllegalArgumentException e) {
            throw Refusal.unacceptable("after is a cursor, as the header " + NEXT + " had it");
        }
    }

    private static Presence presence(String value) {
        return Arrays.stream(Presence.values())
                .filter(presence -> presence.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(() -> Refusal.unacceptable("presence is online, away or ended"));
    }

    private static Map<String, Object> shown(ChatView chat) {
        return ImmutableMap.<String, Object>builder()
                .put("chatSessionId", chat.id().value())
                .put("serviceId", chat.serviceId())
                .put("serviceName", chat.serviceName())
                .put("nickname", chat.nickname())
                .put("presence", chat.presence().name().toLowerCase(Locale.ROOT))
                .put("position", chat.position())
                .put("seen", chat.seen())
                .put("pushed", chat.pushed())
                .build();
    }

    private CompletionStage<Answer> events(ChatId chat, Fields fields) {
        long after = 0;
        if (fields.filled("after").isPresent()) {
            after = fields.position("after", Long.MAX_VALUE)
                    .orElseThrow(() -> Refusal.unacceptable("after is a position, a whole number"));
        }
        return desk.events(chat, after).thenApply(events -> Answer.ok(events.orElseThrow(Refusal::notFound)));
    }

    private CompletionStage<Answer> write(ChatId chat, String action, Fields fields) {
        // An unknown chat is refused before a wrong value, an ended one after it.
        return engine.transcript(chat, Long.MAX_VALUE - 1, 1)
                .thenCompose(found -> {
                    if (found.isEmpty()) {
                        throw Refusal.notFound();
                    }
                    return engine.said(chat, event(chat, action, fields));
                })
                .thenApply(receipt -> {
                    long position =
                            receipt.orElseThrow(Refusal::notFound).position().orElseThrow(Refusal::conflict);
                    if (action.equals("join")) {
                        desk.joined(chat, nickname(fields));
                    }
                    desk.changed(chat);
                    return Answer.ok(ImmutableMap.of("position", position));
                });
    }

    private ChatEvent event(ChatId chat, String action, Fields fields) {
        String agent = desk.agent(chat);
        return switch (action) {
            case "join" -> ChatEvent.joined(Party.AGENT, nickname(fields));
            case "messages" -> ChatEvent.text(Party.AGENT, agent, text(fields, "text"));
            case "typing" -> ChatEvent.typing(Party.AGENT, agent, typing(fields));
            case "notices" -> ChatEvent.of(ChatEvent.NOTICE_CUSTOM, Party.AGENT, agent, text(fields, "text"));
            case "urls" -> ChatEvent.of(ChatEvent.NOTICE_PUSH_URL, Party.AGENT, agent, url(fields));
            case "leave" -> ChatEvent.left(Party.AGENT, agent);
            default -> throw Refusal.notFound();
        };
    }

    private static String nickname(Fields fields) {
        String nickname = fields.required("nickname");
        if (nickname.length() > ChatEvent.MAX_NICKNAME) {
            throw Refusal.unacceptable("A nickname has at most " + ChatEvent.MAX_NICKNAME + " characters");
        }
        return nickname;
    }

    private String text(Fields fields, String name) {
        return Texts.bounded(fields.required(name), engine.settings().maxText());
    }

    private static boolean typing(Fields fields) {
        String typing = fields.required("typing");
        if (!typing.equals("true") && !typing.equals("false")) {
            throw Refusal.unacceptable("typing is true or false");
        }
        return typing.equals("true");
    }

    private String url(Fields fields) {
        String url = text(fields, "url");
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme();
            if (uri.getRawAuthority() != null
                    && ("https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme))) {
                return url;
            }
        } catch (URISyntaxException e) {
            // The same answer as for any other unknown URL.
        }
        throw Refusal.unacceptable("url is an https or http URL");
    }

    private static ChatId chatId(String value) {
        try {
            return new ChatId(value);
        } catch (IllegalArgumentException e) {
            throw Refusal.notFound();
        }
    }
}
