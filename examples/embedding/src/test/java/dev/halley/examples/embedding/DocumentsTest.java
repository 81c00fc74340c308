package dev.halley.examples.embedding;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What people read: every link of a document leads somewhere, no line is too long, and the README stays short. */
class DocumentsTest {

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    /** Folders that are made, not written. */
    private static final Set<String> MADE = Set.of("target", "node_modules", ".git");

    private static final int MOST_LINES_OF_README = 120;
    private static final int MOST_CHARACTERS = 120;

    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");
    private static final Pattern SHOWN_OF_LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");

    @Test
    void everyLink_leadsSomewhere() throws Exception {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path document : files(".md")) {
            String text = CODE.matcher(withoutBlocks(document)).replaceAll("");
            for (String link : all(LINK, text)) {
                if (!ELSEWHERE.matcher(link).matches()) {
                    links++;
                    if (!leadsSomewhere(document, link)) {
                        broken.add(ROOT.relativize(document) + ": " + link);
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(50);
    }

    /** Tables and code may be longer, and so may a link or a test's name that can't be broken. */
    @Test
    void linesOfDocuments_haveAtMost120Characters() throws Exception {
        List<String> tooLong = new ArrayList<>();
        for (Path document : files(".md")) {
            withoutBlocks(document)
                    .lines()
                    .filter(line -> !line.startsWith("|"))
                    .filter(line -> CODE.matcher(line).replaceAll("").length() > MOST_CHARACTERS)
                    .forEach(line -> tooLong.add(ROOT.relativize(document) + ": " + line));
        }
        assertThat(tooLong).isEmpty();
    }

    /** The formatter wraps neither comments nor strings. */
    @Test
    void linesOfJava_haveAtMost120Characters() throws Exception {
        List<Path> sources = files(".java");
        List<String> tooLong = new ArrayList<>();
        for (Path source : sources) {
            Files.readString(source)
                    .lines()
                    .filter(line -> line.length() > MOST_CHARACTERS)
                    .forEach(line -> tooLong.add(ROOT.relativize(source) + ": " + line));
        }
        assertThat(tooLong).isEmpty();
        assertThat(sources).hasSizeGreaterThan(100);
    }

    @Test
    void readme_fitsOnTwoScreens() throws Exception {
        assertThat(Files.readAllLines(ROOT.resolve("README.md"))).hasSizeLessThanOrEqualTo(MOST_LINES_OF_README);
    }

    @Test
    void anchor_isWhatGitHubMakesOfAHeading() {
        assertThat(anchor("What `gms_user` alone risks")).isEqualTo("what-gms_user-alone-risks");
        assertThat(anchor("Why is \"delivered\" not \"seen\"?")).isEqualTo("why-is-delivered-not-seen");
        assertThat(anchor("The [session's](a.md) table")).isEqualTo("the-sessions-table");
    }

    private static boolean leadsSomewhere(Path document, String link) throws IOException {
        int hash = link.indexOf('#');
        String file = URLDecoder.decode(hash < 0 ? link : link.substring(0, hash), StandardCharsets.UTF_8);
        Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
        if (!target.startsWith(ROOT) || !Files.exists(target)) {
            return false;
        }
        return hash < 0 || anchors(target).contains(link.substring(hash + 1));
    }

    private static Set<String> anchors(Path document) throws IOException {
        Map<String, Integer> times = new HashMap<>();
        return all(HEADING, withoutBlocks(document)).stream()
                .map(DocumentsTest::anchor)
                .map(anchor -> {
                    int before = times.merge(anchor, 1, Integer::sum) - 1;
                    return before == 0 ? anchor : anchor + "-" + before;
                })
                .collect(toSet());
    }

    private static String anchor(String heading) {
        return SHOWN_OF_LINK
                .matcher(heading)
                .replaceAll("$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\s_-]", "")
                .strip()
                .replace(' ', '-');
    }

    private static String withoutBlocks(Path document) throws IOException {
        return BLOCK.matcher(Files.readString(document)).replaceAll("");
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static List<Path> files(String ending) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return MADE.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(ending)) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }
}
