package dev.halley.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What Surefire has written about the tests of all modules. */
final class Reports {

    /** One run of a test. */
    private record Case(String module, String type, String method, boolean passed, boolean failed) {

        boolean isOf(TestName test) {
            return module.equals(test.module())
                    && (type.equals(test.type()) || (test.method().isEmpty() && type.startsWith(test.type() + "$")))
                    && (test.method().isEmpty() || method.equals(test.method()));
        }
    }

    private static final Pattern FIGURE = Pattern.compile("(?m)^\\h*Figure: (.*?) = (.*)$");

    private final List<Case> cases = new ArrayList<>();
    private final Map<String, SortedSet<String>> figures = new LinkedHashMap<>();
    private String java = "?";
    private long all;

    /** Reads those of these modules. */
    Reports(List<String> modules) {
        for (String module : modules) {
            Path folder = Root.of(module + "/target/surefire-reports");
            files(folder, "TEST-.*\\.xml").forEach(file -> read(module, file));
            files(folder, ".*-output\\.txt").forEach(file -> note(module, Root.read(file)));
        }
    }

    private static List<Path> files(Path folder, String name) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(String module, Path file) {
        Document report;
        try {
            report = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(file.toFile());
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new IllegalStateException("Could not read " + file, e);
        }
        elements(report.getDocumentElement(), "property")
                .filter(property -> property.getAttribute("name").equals("java.version"))
                .forEach(property -> java = property.getAttribute("value"));
        String suite = report.getDocumentElement().getAttribute("name");
        elements(report.getDocumentElement(), "testcase").forEach(one -> {
            boolean failed = has(one, "failure") || has(one, "error");
            String type = withoutPackage(one.getAttribute("classname"));
            // Tests that a class inherits are reported under the class that has them; both names are theirs.
            String heir = withoutPackage(suite);
            String method = one.getAttribute("name").replaceAll("\\W.*", "");
            boolean passed = !failed && !has(one, "skipped");
            cases.add(new Case(module, type, method, passed, failed));
            all += passed ? 1 : 0;
            if (!type.startsWith(heir)) {
                cases.add(new Case(module, heir + type.replaceFirst("^[^$]*", ""), method, passed, failed));
            }
        });
        note(module, report.getDocumentElement().getTextContent());
    }

    /** What belongs to no single test is in the output alone, and what a test has printed may be in both. */
    private void note(String module, String printed) {
        if (module.equals(WriteReport.MODULE)) {
            return; // The figures of faults that were planted are no promise.
        }
        FIGURE.matcher(printed)
                .results()
                .forEach(figure -> figures.computeIfAbsent(figure.group(1), name -> new TreeSet<>())
                        .add(figure.group(2).strip()));
    }

    private static String withoutPackage(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static boolean has(Element element, String name) {
        return element.getElementsByTagName(name).getLength() > 0;
    }

    private static Stream<Element> elements(Element from, String name) {
        NodeList all = from.getElementsByTagName(name);
        return IntStream.range(0, all.getLength()).mapToObj(i -> (Element) all.item(i));
    }

    /** Returns how many cases of a test have passed. */
    int passed(TestName test) {
        List<Case> all = cases.stream().filter(one -> one.isOf(test)).toList();
        if (all.stream().anyMatch(Case::failed)) {
            throw new AssertionError(test + " has failed");
        }
        int passed = (int) all.stream().filter(Case::passed).count();
        if (passed == 0) {
            throw new AssertionError(test + " was not run, or left out: there is nothing of it in the reports");
        }
        return passed;
    }

    /** Returns how many cases have passed in all. */
    long passed() {
        return all;
    }

    /** Returns what a test has printed as {@code Figure: name = value}. */
    String figure(String name) {
        SortedSet<String> values = figures.get(name);
        if (values == null) {
            throw new AssertionError("No test has printed 'Figure: " + name + " = ...'; there are " + figures.keySet());
        }
        return String.join("; ", values);
    }

    /** Returns the Java that the tests ran on. */
    String java() {
        return java;
    }
}
