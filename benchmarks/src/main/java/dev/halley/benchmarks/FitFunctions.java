package dev.halley.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.halley.ChatEvent;
import dev.halley.Party;
import dev.halley.Row;
import dev.halley.spi.PayloadFitter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Fits a long text into a small payload. Public, because JMH extends it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FitFunctions {

    /** The limit of a payload, and its size without rows. */
    private static final int LIMIT = 4_096;

    private static final String FRAME = "x".repeat(120);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What people write: quotation marks and line ends need escapes, umlauts have two bytes, an emoji has four. */
    private static final String TEXT =
            "He said \"let's meet\" at the café in Köln.\nSee you there 👋 or at 5 o'clock. ";

    /** The characters of the text. */
    @Param("100")
    int length;

    private List<Row> rows = List.of();

    /** Makes the text. */
    @Setup
    public void prepare() {
        String text = TEXT.repeat(length / TEXT.length() + 1).substring(0, length);
        rows = List.of(new Row(1, true, Instant.EPOCH, ChatEvent.text(Party.AGENT, "Ann", text)));
    }

    /** Counts bytes, and writes them. */
    @Benchmark
    public Object halley() {
        return PayloadFitter.json(LIMIT).fit(rows, fitted -> FRAME + fitted.toJson());
    }

    /** Takes a character away and encodes again until it fits. */
    @Benchmark
    public Object encodeAndPop() throws JsonProcessingException {
        String text = rows.get(0).event().text();
        byte[] encoded = encode(text);
        while (encoded.length > LIMIT - FRAME.length()) {
            text = text.substring(0, text.length() - 1);
            encoded = encode(text);
        }
        return encoded;
    }

    private static byte[] encode(String text) throws JsonProcessingException {
        return JSON.writeValueAsBytes(List.of(Map.of(ChatEvent.MESSAGE_TEXT, text)));
    }
}
