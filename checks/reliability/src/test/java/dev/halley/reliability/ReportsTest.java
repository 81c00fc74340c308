package dev.halley.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is counted as shown, and what is not. */
class ReportsTest {

    @TempDir
    private Path module;

    @BeforeEach
    void write() throws IOException {
        Path folder = Files.createDirectories(module.resolve("target/surefire-reports"));
        Files.writeString(folder.resolve("TEST-a.b.GoodTest.xml"), """
                <testsuite name="a.b.GoodTest">
                  <testcase name="works" classname="a.b.GoodTest$Inner"/>
                  <testcase name="worksFor(String)[1]" classname="a.b.GoodTest"/>
                  <testcase name="worksFor(String)[2]" classname="a.b.GoodTest">
                    <system-out><![CDATA[words
                Figure: speed = 3 ms
                ]]></system-out>
                  </testcase>
                  <testcase name="leftOut" classname="a.b.GoodTest"><skipped/></testcase>
                </testsuite>
                """);
        Files.writeString(folder.resolve("a.b.GoodTest-output.txt"), "Figure: speed = 3 ms\nFigure: size = 5\n");
        Files.writeString(folder.resolve("TEST-a.b.HeirTest.xml"), """
                <testsuite name="a.b.HeirTest">
                  <testcase name="inherited" classname="a.b.ParentTest$Inner"/>
                </testsuite>
                """);
        Files.writeString(folder.resolve("TEST-a.b.BadTest.xml"), """
                <testsuite name="a.b.BadTest">
                  <testcase name="works" classname="a.b.BadTest"/>
                  <testcase name="fails(int)[1]" classname="a.b.BadTest"><failure/></testcase>
                </testsuite>
                """);
    }

    @Test
    void everyCaseThatPassed_isCounted() {
        assertThat(reports().passed(test("GoodTest", ""))).isEqualTo(3);
        assertThat(reports().passed(test("GoodTest", "worksFor"))).isEqualTo(2);
        assertThat(reports().passed(test("GoodTest$Inner", "works"))).isEqualTo(1);
        assertThat(reports().passed(test("BadTest", "works"))).isEqualTo(1);
        assertThat(reports().passed()).isEqualTo(5);
    }

    @Test
    void inheritedTests_areThoseOfBothClasses() {
        assertThat(reports().passed(test("ParentTest$Inner", "inherited"))).isEqualTo(1);
        assertThat(reports().passed(test("HeirTest$Inner", "inherited"))).isEqualTo(1);
        assertThat(reports().passed(test("HeirTest", ""))).isEqualTo(1);
    }

    @Test
    void failedOrMissing_isAnError() {
        assertThatThrownBy(() -> reports().passed(test("BadTest", ""))).hasMessageContaining("has failed");
        assertThatThrownBy(() -> reports().passed(test("BadTest", "fails"))).hasMessageContaining("has failed");
        assertThatThrownBy(() -> reports().passed(test("GoodTest", "leftOut"))).hasMessageContaining("was not run");
        assertThatThrownBy(() -> reports().passed(test("GoodTest", "work"))).hasMessageContaining("was not run");
        assertThatThrownBy(() -> reports().passed(test("NoTest", ""))).hasMessageContaining("was not run");
    }

    @Test
    void figures_areWhatTestsHavePrinted() {
        assertThat(reports().figure("speed")).isEqualTo("3 ms");
        assertThat(reports().figure("size")).isEqualTo("5");
        assertThatThrownBy(() -> reports().figure("weight")).hasMessageContainingAll("weight", "[speed, size]");
    }

    @Test
    void linesOfPromises_areChecked() {
        assertThat(Promise.parse("Some words.")).isEmpty();
        assertThat(Promise.parse("| a | b | `core: X#y`, `core: Z` | speed |"))
                .contains(new Promise(
                        "a", "b", List.of(new TestName("core", "X", "y"), new TestName("core", "Z", "")), "speed"));
        assertThatIllegalArgumentException().isThrownBy(() -> Promise.parse("| a | b | no test | |"));
        assertThatIllegalArgumentException().isThrownBy(() -> Promise.parse("| a | b | `X#y` | |"));
        assertThatIllegalArgumentException().isThrownBy(() -> Promise.parse("| a | b | `core: X#y` |"));
    }

    private Reports reports() {
        return new Reports(List.of(module.toString()));
    }

    private TestName test(String type, String method) {
        return new TestName(module.toString(), type, method);
    }
}
