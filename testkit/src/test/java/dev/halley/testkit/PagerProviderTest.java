package dev.halley.testkit;

import dev.halley.Device;
import dev.halley.spi.Payload;
import dev.halley.spi.PushProvider;
import dev.halley.testkit.PushService.Answer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The contract as {@code docs/provider.md} shows it, and more of it. */
// readme: shown
class PagerProviderTest extends PushProviderContract {

    @Override
    protected PushService service() {
        return new HttpPushService()
                .on(Answer.REJECTED, 400)
                .on(Answer.UNREGISTERED, 404)
                .on(Answer.UNAVAILABLE, 503)
                .on(Answer.UNAVAILABLE_FOR_A_MINUTE, 429, "Retry-After: 60");
    }

    @Override
    protected PushProvider open(URI service) {
        return new PagerProvider(service, Duration.ofSeconds(2));
    }

    @Override
    protected Device device(URI service) {
        return Device.of("pager", "a-token-that-nobody-may-read");
    }

    @Override
    protected OptionalInt limit() {
        return OptionalInt.of(1_000); // bytes of a payload's body
    }
    // readme: end

    private static final Pattern ENTRY =
            Pattern.compile("\\G,?\\{\"[^\"]*\":\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"}", Pattern.DOTALL);
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u(....)|(.))", Pattern.DOTALL);
    private static final Pattern OMITTED = Pattern.compile(",\"omitted\":([0-9]+)");

    @Override
    protected Shown shown(Payload payload) {
        return read(payload.body());
    }

    static Shown read(String json) {
        int start = json.indexOf("\"rows\":[") + "\"rows\":[".length();
        List<String> texts = new ArrayList<>();
        Matcher entry = ENTRY.matcher(json).region(start, json.length());
        int end = start;
        while (entry.find()) {
            texts.add(ESCAPE.matcher(entry.group(1)).replaceAll(PagerProviderTest::unescaped));
            end = entry.end();
        }
        String rest = json.substring(end);
        Matcher omitted = OMITTED.matcher(rest);
        return new Shown(
                texts, omitted.find() ? Integer.parseInt(omitted.group(1)) : 0, rest.contains(",\"truncated\":true"));
    }

    private static String unescaped(MatchResult escape) {
        String text = escape.group(1) != null
                ? Character.toString(Integer.parseInt(escape.group(1), 16))
                : Character.toString("\"\\\b\t\n\f\r".charAt("\"\\btnfr".indexOf(escape.group(2))));
        return Matcher.quoteReplacement(text);
    }

    @Override
    protected Duration timeLimit() {
        return Duration.ofSeconds(2);
    }
}
