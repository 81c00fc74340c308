package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A push that a stand-in received.
 *
 * @param service what the stand-in stands for
 * @param device the device's token or URL
 * @param key the push's identity, the same for each attempt
 * @param proof how the sender has authenticated
 * @param head its request and the headers that matter, in one line
 * @param body what was sent
 * @param chatPart the part of the body with the message and its rows
 */
record DemoPush(String service, String device, String key, String proof, String head, String body, JsonNode chatPart) {

    List<String> texts() {
        List<String> texts = new ArrayList<>();
        chatPart.path("lastTranscript").forEach(row -> row.forEach(text -> texts.add(text.asText())));
        return texts;
    }

    /** Returns how many bytes the body has. */
    int size() {
        return body.getBytes(UTF_8).length;
    }

    /** Returns one line to print. What it says is whatever was sent here. */
    @Override
    public String toString() {
        return Printable.escaped(line());
    }

    private String line() {
        return "push  -> %s over %s: \"%s\": %s (%d new, %d bytes, %s, key %s)"
                .formatted(
                        device,
                        service,
                        chatPart.path("message").asText(),
                        texts().stream().map(Json::text).collect(joining(", ")),
                        texts().size(),
                        size(),
                        proof,
                        key);
    }
}
