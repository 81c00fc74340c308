package dev.halley.internal.session;

import static dev.halley.internal.session.SessionFixture.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.halley.ChatId;
import dev.halley.Device;
import dev.halley.Party;
import dev.halley.UserId;
import dev.halley.internal.session.Phase.Push;
import dev.halley.internal.session.Session.Notice;
import dev.halley.spi.ConnectionId;
import dev.halley.spi.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionCodecTest {

    private static final List<String> TEXTS =
            List.of("", "-", ":", "1:1", "3:abc-", "Zoë", "👨‍👩‍👧‍👦", "한글", "שלום", "a b", "\"\\/", "0", "null");

    private static final List<Party> PARTIES = List.of(Party.values());

    private final SessionCodec codec = new SessionCodec();

    @ParameterizedTest
    @MethodSource("inEveryPhase")
    void everyPhase_comesBackAsItWas(Session session) {
        assertThat(codec.decode(codec.encode(session))).isEqualTo(session);
    }

    static Stream<Session> inEveryPhase() {
        return Stream.of(
                        SessionFixture.opened(),
                        SessionFixture.polled(),
                        SessionFixture.online(),
                        SessionFixture.quiet().untold(),
                        SessionFixture.grace(),
                        SessionFixture.sending(),
                        SessionFixture.sending().said().said(),
                        SessionFixture.retrying(),
                        SessionFixture.sending().unregistered(SessionFixture.DEVICE),
                        SessionFixture.alerted().endedByAgent(),
                        SessionFixture.quiet().endedByCustomer())
                .map(SessionFixture::session);
    }

    @Test
    void everyCombination_comesBackAsItWas() {
        Random random = new Random(42);
        for (int i = 0; i < 5_000; i++) {
            Session session = any(random);
            assertThat(codec.decode(codec.encode(session))).isEqualTo(session);
        }
    }

    @Test
    void anotherVersion_isRefused() {
        String text = codec.encode(SessionFixture.online().session());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode("1:3" + text.substring(3)))
                .withMessageContaining("format '3'")
                .withMessageContaining("reads format 2");
    }

    @Test
    void everyTruncation_isRefusedWithoutShowingWhatItHas() {
        String text = codec.encode(SessionFixture.sending().said().untold().session());
        IntStream.range(0, text.length())
                .forEach(length -> assertThatIllegalArgumentException()
                        .as("the first %d characters", length)
                        .isThrownBy(() -> codec.decode(text.substring(0, length)))
                        .satisfies(e -> assertThat(e).message().doesNotContain("token", "user", "Joe")));
    }

    @Test
    void moreThanASession_isRefused() {
        String text = codec.encode(SessionFixture.online().session());
        assertThatIllegalArgumentException().isThrownBy(() -> codec.decode(text + "-"));
    }

    @Test
    void anythingElse_isRefused() {
        for (String text : List.of("", "-", "x", "x:1", "-1:1", "1:1-", "99999999999:1", "1:", "{\"a\":1}")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> codec.decode(text));
        }
    }

    private static Session any(Random random) {
        Identity identity = new Identity(
                new ChatId("chat-" + random.nextInt(100)),
                new UserId("u" + text(random)),
                "180-" + random.nextInt(100),
                "request-chat",
                text(random),
                instant(random),
                random.nextBoolean(),
                maybe(random, () -> text(random)));
        Device device = maybe(
                random,
                () -> new Device(
                        "fcm", "t" + text(random), "name", random.nextBoolean() ? "" : "pt-BR", random.nextBoolean()));
        return new Session(
                identity,
                device,
                device == null ? null : instant(random),
                maybe(random, () -> instant(random)),
                IntStream.range(0, random.nextInt(Session.RECENT))
                        .mapToObj(i -> "event-" + random.nextInt(1_000))
                        .toList(),
                random.nextLong(),
                maybe(random, () -> new ConnectionId("c" + random.nextInt(100))),
                maybe(random, () -> new NodeId("n" + random.nextInt(100))),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                new Volume(random.nextLong(), mark(random), marks(random)),
                phase(random),
                maybe(random, () -> new Notice(random.nextLong(), instant(random))),
                maybe(random, () -> PARTIES.get(random.nextInt(PARTIES.size()))),
                maybe(random, () -> instant(random)));
    }

    private static List<Volume.Mark> marks(Random random) {
        return IntStream.range(0, random.nextInt(4)).mapToObj(i -> mark(random)).toList();
    }

    private static Volume.Mark mark(Random random) {
        return new Volume.Mark(random.nextLong(), random.nextLong());
    }

    private static Phase phase(Random random) {
        Push push = new Push(random.nextLong(), random.nextInt(300), instant(random), random.nextBoolean());
        return switch (random.nextInt(6)) {
            case 0 -> new Phase.Online();
            case 1 -> new Phase.Quiet();
            case 2 -> new Phase.Grace(instant(random));
            case 3 ->
                new Phase.Sending(
                        push,
                        random.nextInt(300),
                        instant(random),
                        random.longs(random.nextInt(Phase.MOST_STOPS)).boxed().toList());
            case 4 -> new Phase.Retrying(push, random.nextInt(300), maybe(random, () -> instant(random)));
            default -> new Phase.Alerted();
        };
    }

    private static String text(Random random) {
        return TEXTS.get(random.nextInt(TEXTS.size())) + TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private static Instant instant(Random random) {
        return START.plus(Duration.ofNanos(random.nextLong()));
    }

    private static <T> @Nullable T maybe(Random random, Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }

    @Test
    void aPhaseThatNobodyKnows_isRefused() {
        String text = codec.encode(SessionFixture.quiet().session());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.decode(text.replace("5:Quiet", "5:Quite")))
                .withMessageContaining("unknown phase")
                .withMessageContaining("Quite");
    }
}
