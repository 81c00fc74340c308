package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.OptionException;
import dev.halley.Options;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.common.JSONContext;
import org.cometd.server.HttpException;

/** Bodies, messages and options as the example server reads them. */
public final class ServerEntries {

    private static final BayeuxJson JSON = new BayeuxJson();
    private static final Path FILE = Path.of("options.yaml");

    private ServerEntries() {}

    public static void form(byte[] data) {
        // As a query as well, which is read in the same way.
        fields(new String(data, UTF_8), "application/x-www-form-urlencoded", data);
    }

    public static void json(byte[] data) {
        fields(null, "application/json", data);
    }

    public static void multipart(byte[] data) {
        fields(null, "multipart/form-data; boundary=b", data);
    }

    private static void fields(@org.jspecify.annotations.Nullable String query, String type, byte[] data) {
        Fields fields;
        try {
            fields = Fields.of(query, type, data);
        } catch (Refusal refusal) {
            assertThat(refusal.status()).isIn(400, 413, 415);
            return;
        }
        fields.position("transcriptPosition", Long.MAX_VALUE)
                .ifPresent(position -> assertThat(position).isBetween(0L, 999_999_999_999_999_999L));
        fields.position("transcriptPosition", 4)
                .ifPresent(position -> assertThat(position).isBetween(0L, 4L));
        fields.get("message").ifPresent(message -> assertThat(message.length()).isLessThanOrEqualTo(Body.MOST));
    }

    public static void messages(byte[] data) {
        try {
            check(JSON.parse(new String(data, UTF_8)));
        } catch (HttpException e) {
            assertRefused(e);
        }
    }

    public static void messagesInPieces(byte[] data) {
        JSONContext.AsyncParser parser = JSON.newAsyncParser();
        int middle = data.length / 2;
        try {
            parser.parse(ByteBuffer.wrap(data, 0, middle));
            parser.parse(ByteBuffer.wrap(data, middle, data.length - middle));
            List<ServerMessage.Mutable> messages = parser.complete();
            check(messages);
        } catch (HttpException e) {
            assertRefused(e);
        }
    }

    private static void assertRefused(HttpException e) {
        assertThat(e.getCode()).isEqualTo(400);
        assertThat(e.getCause()).isNull();
    }

    /** CometD casts these without looking. */
    private static void check(List<ServerMessage.Mutable> messages) {
        assertThat(messages).isNotEmpty();
        for (ServerMessage.Mutable message : messages) {
            assertThat(message.getChannel()).startsWith("/").hasSizeLessThanOrEqualTo(256);
            Object unused = List.of(
                    String.valueOf(message.getClientId()),
                    String.valueOf(message.getId()),
                    message.isSuccessful(),
                    message.isMeta(),
                    message.getExt() == null ? Map.of() : message.getExt(),
                    message.getAdvice() == null ? Map.of() : message.getAdvice());
            assertThat(unused).isNotNull();
            assertThat(JSON.generate(message)).startsWith("{").endsWith("}");
        }
    }

    public static void options(byte[] data) {
        try {
            assertThat(Options.of(Config.sections(FILE, new String(data, UTF_8)))
                            .settings())
                    .isNotNull();
        } catch (Config.BadConfig | OptionException e) {
            assertThat(e.getMessage()).hasSizeBetween(1, 2_000);
            assertThat(String.valueOf(e.getMessage()).chars().noneMatch(Character::isISOControl))
                    .as(e.getMessage())
                    .isTrue();
        }
    }
}
