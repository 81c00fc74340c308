package dev.halley.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.halley.cometd.PositionEntry;
import dev.halley.examples.server.ServerEntries;
import dev.halley.http.HttpEntries;
import dev.halley.spi.FitterEntry;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A minute of foreign bytes for all parsers that take some; the first byte says which parser gets the others. The
 * inputs beside this class come first, and so does everything that was ever found.
 */
class ForeignBytesFuzzTest {

    /** In the order of the alphabet, with which the names of the inputs begin. */
    private static final List<Consumer<byte[]>> ENTRIES = List.of(
            ServerEntries::form,
            ServerEntries::json,
            ServerEntries::multipart,
            ServerEntries::messages,
            ServerEntries::messagesInPieces,
            ServerEntries::options,
            text(PositionEntry::position),
            text(CodecEntry::session),
            text(HttpEntries::url),
            text(HttpEntries::allowList),
            text(HttpEntries::retryAfter),
            text(FitterEntry::fit));

    @FuzzTest(maxDuration = "60s")
    void foreignBytes(byte[] data) {
        if (data.length > 0) {
            int entry = Math.floorMod(data[0] - 'a', ENTRIES.size());
            ENTRIES.get(entry).accept(Arrays.copyOfRange(data, 1, data.length));
        }
    }

    private static Consumer<byte[]> text(Consumer<String> entry) {
        return bytes -> entry.accept(new String(bytes, UTF_8));
    }
}
