package dev.halley.examples.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.CompletableFuture;

/** Bayeux over long-polling, spoken by hand. */
final class Bayeux {

    private static final String URL = "/genesys/cometd";

    private final Http http;
    private final String user;
    private final String clientId;
    private final String cookie;
    private int connects;

    private Bayeux(Http http, String user, String clientId, String cookie) {
        this.http = http;
        this.user = user;
        this.clientId = clientId;
        this.cookie = cookie;
    }

    static Bayeux handshake(Http http, String user) {
        Http.Reply reply = http.post(
                user,
                URL + "/handshake",
                "application/json",
                "[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\","
                        + "\"supportedConnectionTypes\":[\"long-polling\"],\"id\":\"1\"}]");
        JsonNode message = reply.json().get(0);
        if (!message.path("successful").asBoolean()) {
            throw new AssertionError(reply.body());
        }
        return new Bayeux(
                http, user, message.path("clientId").asText(), reply.cookie().orElseThrow());
    }

    String clientId() {
        return clientId;
    }

    Http.Reply connect() {
        return poll().join();
    }

    /** A connect with nothing in it that is not needed. */
    Http.Reply plainConnect() {
        return send(
                "/connect",
                "{\"channel\":\"/meta/connect\",\"clientId\":\"" + clientId
                        + "\",\"connectionType\":\"long-polling\"}");
    }

    CompletableFuture<Http.Reply> poll() {
        return poll("");
    }

    /** @param more further fields, each after a comma */
    CompletableFuture<Http.Reply> poll(String more) {
        return http.later(request("/connect", "[" + nextConnect(more) + "]"));
    }

    /** The next connect as CometD's clients write it: numbered, and the first one marked. */
    String nextConnect(String more) {
        connects++;
        return "{\"channel\":\"/meta/connect\",\"clientId\":\"" + clientId
                + "\",\"connectionType\":\"long-polling\",\"id\":\"" + (connects + 10) + "\""
                + (connects == 1 ? ",\"advice\":{\"timeout\":0}" : "") + more + "}";
    }

    Http.Reply disconnect(String position) {
        return send(
                "/disconnect",
                "{\"channel\":\"/meta/disconnect\",\"clientId\":\"" + clientId + "\",\"ext\":{\"transcriptPosition\":\""
                        + position + "\"},\"id\":\"4\"}");
    }

    Http.Reply send(String suffix, String message) {
        return http.send(request(suffix, message));
    }

    private HttpRequest.Builder request(String suffix, String body) {
        return http.to(URL + suffix)
                .header("gms_user", user)
                .header("Cookie", cookie)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }
}
