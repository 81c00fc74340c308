package dev.halley.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runner of planted faults itself: what it can't do it says, and what nobody notices it does not call noticed. */
class FaultTest {

    private static final String SESSION = "core/src/main/java/dev/halley/internal/session/Session.java";
    private static final TestName TABLE =
            TestName.parse("core: SessionTableTest$Opened#aPolledChat_expectsNobodyToConnect");

    @Test
    void text_mayBeIndentedAsItLikes_andOfSeveralLines() {
        Fault fault = fault("if (pushable) {\nlastPushable = head;", "if (!pushable) {\nlastPushable = head;");
        assertThat(fault.plant())
                .hasSize(1)
                .allSatisfy((file, source) -> assertThat(source)
                        .contains("if (!pushable) {\nlastPushable = head;")
                        .doesNotContain("if (pushable) {"));
    }

    @Test
    void textThatIsNotThereAnyMore_isSaid() {
        assertThatThrownBy(fault("no such text", "")::plant)
                .hasMessageContainingAll("a rule", "Session.java", "does not occur any more", "no such text");
    }

    @Test
    void textThatIsThereTwice_isSaid() {
        assertThatThrownBy(fault("return next.follow();", "return null;")::plant)
                .hasMessageContainingAll("a rule", "Session.java", "more than once");
    }

    @Test
    void parts_areThoseOfTheFile() {
        assertThat(Fault.parse("""
                        ## A group

                        ### A rule

                        Otherwise: words.

                        `A.java`

                        ```diff
                        - a
                        -     b
                        + c

                        - d
                        ```

                        Turns red: `core: SessionTableTest$Opened#aPolledChat_expectsNobodyToConnect`

                        Turns red: `core: OtherTest`, saying `Law 1`
                        """))
                .containsExactly(new Fault(
                        "A group",
                        "A rule",
                        List.of(new Fault.Change("A.java", "a\nb", "c"), new Fault.Change("A.java", "d", "")),
                        List.of(
                                new Fault.Red(TABLE, ""),
                                new Fault.Red(new TestName("core", "OtherTest", ""), "Law 1"))));
    }

    @Test
    void faultWithoutAChangeOrATest_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.parse("## Group\n\n### A rule\n\nTurns red: `core: SessionTest`\n"))
                .withMessageContaining("A rule");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.parse("## Group\n\n### A rule\n\n`A.java`\n\n```diff\n- a\n+ b\n```\n"))
                .withMessageContaining("A rule");
    }

    @Test
    void changeThatDoesNotCompile_isSaid(@TempDir Path changed) {
        Map<Path, String> sources = fault("static final int RECENT = 64;", "static final int RECENT = true;")
                .plant();
        assertThatThrownBy(() -> Workshop.compile(sources, changed))
                .hasMessageContainingAll("does not compile", "incompatible types");
    }

    @Test
    void changeThatBreaksNothing_leavesTheTestGreen(@TempDir Path changed) throws IOException {
        Workshop.compile(
                fault("static final int RECENT = 64;", "static final int RECENT = 65;")
                        .plant(),
                changed);
        try (Workshop faulty = new Workshop(changed)) {
            assertThat(faulty.run(TABLE)).isEmpty();
        }
    }

    @Test
    void testThatIsNotThere_isSaid(@TempDir Path nothing) throws IOException {
        try (Workshop sound = new Workshop(nothing)) {
            assertThatThrownBy(() -> sound.run(TestName.parse("core: SessionTest$Expiry#never")))
                    .hasStackTraceContaining(
                            "There is no never in class dev.halley.internal.session.SessionTest$Expiry");
            assertThatThrownBy(() -> sound.run(TestName.parse("core: NoSuchTest#never")))
                    .hasStackTraceContaining("There is no class NoSuchTest");
        }
    }

    private static Fault fault(String text, String replacement) {
        return new Fault(
                "a group",
                "a rule",
                List.of(new Fault.Change(SESSION, text, replacement)),
                List.of(new Fault.Red(TABLE, "")));
    }
}
