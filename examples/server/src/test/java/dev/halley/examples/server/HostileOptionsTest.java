package dev.halley.examples.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options files that nobody means well by: one line on standard error, exit status 2, and soon. */
@Timeout(20) // A file that is taken lets the server run on.
class HostileOptionsTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    /** A file. */
    record Case(String name, String latin1) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> files() {
        Map<String, String> files = new LinkedHashMap<>();
        StringBuilder laughs = new StringBuilder("push:\n  pushEnabled: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n");
        for (char c = 'b'; c <= 'j'; c++) {
            String before = "*" + (char) (c - 1);
            laughs.append("  ")
                    .append(c)
                    .append(": &")
                    .append(c)
                    .append(" [")
                    .append((before + ", ").repeat(8))
                    .append(before)
                    .append("]\n");
        }
        files.put("a billion laughs", laughs.toString());
        files.put("an alias of itself", "push: &a\n  pushEnabled: *a\n");
        files.put("an alias of nothing", "push: *nothing\n");
        files.put("a merge of itself", "push: &a\n  <<: *a\n");
        files.put("nesting in brackets", "push: " + "[".repeat(100_000));
        files.put("nesting in braces", "push: " + "{a: ".repeat(100_000));
        files.put("nesting by indentation", nested(2_000));
        files.put("nesting in dashes", "- ".repeat(100_000));
        files.put(
                "a tag of a Java class",
                "push: !!javax.script.ScriptEngineManager [!!java.net.URL [\"http://localhost/\"]]\n");
        files.put("a tag of its own", "push:\n  content: !nobody full\n  b: 1\n");
        files.put("a tag of another type", "push: !!binary \"////\"\n");
        files.put("a huge text", "push:\n  content: " + "x".repeat(1_000_000) + "\n");
        files.put("a huge name", "push:\n  " + "x".repeat(500) + ": 1\n");
        files.put("a huge section", "x".repeat(900) + ":\n  a: 1\n");
        files.put("a huge number", "push:\n  _client_timeout_notification: " + "9".repeat(100_000) + "\n");
        files.put("a number beyond long", "push:\n  _client_timeout_notification: 88888888888888888888888888\n");
        files.put("the largest long", "push:\n  _client_timeout_notification: 9223372036854775807\n");
        files.put("not a number", "push:\n  _client_timeout_notification: .nan\n");
        files.put("infinity", "halley:\n  retention: .inf\n");
        files.put("a tab", "push:\n\tcontent: full\n");
        files.put("control characters", "push:\n  content: \u0001\u0007\n");
        files.put("control characters in a name", "\"pu\\u0007sh\\n\":\n  \"a\\r\\nb\": 1\n");
        files.put("control characters in a value", "push:\n  content: \"full\\u001b[31m\\nfake: line\"\n");
        files.put("control characters in a section", "\"Service.a\\nb\":\n  _client_timeout_notification: soon\n");
        files.put("a section that has an end of line and a value", "\"pu\\nsh\": 7\n");
        files.put("a section that rings and has a value", "\"pu\\u0007\\u001b[31msh\": 7\n");
        files.put("a section of half a megabyte", "? " + "x".repeat(500_000) + "\n: 7\n");
        files.put("an option that has an end of line and a map", "push:\n  \"a\\nb\": {c: d}\n");
        files.put("not UTF-8", "push:\n  content: \u00ff\u00fe\u00c0\n");
        files.put("UTF-16", "\u00ff\u00fep\0u\0s\0h\0:\0 \0x\0");
        files.put("zeros", "\0".repeat(10_000));
        files.put("a mark of byte order and no section", "\u00ef\u00bb\u00bfpusch:\n  a: 1\n");
        files.put("the same section twice", "push: {}\npush: {}\n");
        files.put("the same option twice", "push:\n  content: full\n  content: none\n");
        files.put("a list", "- push\n");
        files.put("a text", "push\n");
        files.put("a number", "7\n");
        files.put("a section that is a list", "push: [a]\n");
        files.put("a section that is a number", "push: 7\n");
        files.put("an option that is a map", "push:\n  content: {a: {b: c}}\n");
        files.put("an option that is a list of lists", "push:\n  content: [[a]]\n");
        files.put("a section without a name", "\"\":\n  a: 1\n");
        files.put("a section that is nothing", "? \n: \n  a: 1\n");
        files.put("a section whose name is a map", "? {a: b}\n: c\n");
        files.put("an option without a name", "push:\n  \"\": 1\n");
        files.put("two documents", "push: {}\n---\npusch: {}\n");
        files.put("a directive", "%YAML 9.9\n---\npusch: {}\n");
        files.put("another directive", "%TAG ! x:\n--- !a\npusch: {}\n");
        files.put("a secret in a broken line", "push:\n  customhttp.secret: whsec_c2VjcmV0 \"\n  a: [\n");
        files.put("10 MB", "# a comment\n".repeat(900_000));
        files.put("10 MB of sections", sections(300_000));
        List<Case> cases = new ArrayList<>();
        files.forEach((name, file) -> cases.add(new Case(name, file)));
        return cases;
    }

    private static String nested(int depth) {
        StringBuilder file = new StringBuilder("push:\n");
        for (int i = 1; i < depth; i++) {
            file.append(" ".repeat(i)).append("a:\n");
        }
        return file.toString();
    }

    private static String sections(int count) {
        StringBuilder file = new StringBuilder();
        for (int i = 0; i < count; i++) {
            file.append("Service.s").append(i).append(":\n  _client_timeout_notification: 1\n");
        }
        return file.toString();
    }

    @ParameterizedTest
    @MethodSource("files")
    void hostileFile_isRefusedInOneLine(Case file) throws Exception {
        Path path = Files.write(folder.resolve("options.yaml"), file.latin1().getBytes(ISO_8859_1));
        long began = System.nanoTime();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        int status = new HalleyServer()
                .run(
                        new String[] {"--port", "0", "--config", path.toString()},
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8));

        String said = err.toString(UTF_8);
        assertThat(status).as(said).isEqualTo(2);
        assertThat(said).hasLineCount(1).endsWith("\n").hasSizeLessThan(2_000);
        assertThat(said.strip().chars().noneMatch(Character::isISOControl))
                .as(said)
                .isTrue();
        assertThat(said).doesNotContain("Exception", "java.", "snakeyaml", "whsec", "fasterxml");
        assertThat(out.toString(UTF_8)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
    }

    @Test
    void fileWithoutEnd_isRefused() throws Exception {
        Path endless = Path.of("/dev/zero");
        if (Files.exists(endless)) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int status = new HalleyServer()
                    .run(new String[] {"--config", endless.toString()}, System.out, new PrintStream(err, true, UTF_8));

            assertThat(status).isEqualTo(2);
            assertThat(err.toString(UTF_8)).hasLineCount(1);
        }
    }
}
