package dev.halley.reliability;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A test as the data files name it: {@code module: Class$Nested#method}, without the method for all of a class.
 *
 * @param module its folder
 * @param type its class, without the package
 * @param method its method; empty for all
 */
record TestName(String module, String type, String method) {

    private static final Pattern FORM = Pattern.compile("([a-z/-]+): ([A-Za-z$]\\w*(?:\\$\\w+)*)(?:#(\\w+))?");

    static TestName parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not 'module: Class$Nested#method'");
        }
        return new TestName(form.group(1), form.group(2), form.group(3) == null ? "" : form.group(3));
    }

    /** Returns the name of the outermost class. */
    String outer() {
        return type.split("\\$", 2)[0];
    }

    /** Returns the names of the classes inside, from the outside in. */
    String[] nested() {
        return type.equals(outer())
                ? new String[0]
                : type.substring(outer().length() + 1).split("\\$", -1);
    }

    /** Returns the file that its outermost class is in. */
    Path source() {
        List<Path> files = Root.named(module + "/src/test/java", outer() + ".java");
        if (files.size() != 1) {
            throw new AssertionError(
                    "There is no class " + outer() + " in the tests of " + module + ", or more than one: " + files);
        }
        return files.get(0);
    }

    /** Returns whether there is such a test, as far as its source tells. */
    boolean exists() {
        String source = Root.read(source());
        return Stream.of(nested()).allMatch(name -> source.contains("class " + name + " "))
                && (method.isEmpty()
                        || source.contains("void " + method + "(")
                        || source.contains("Stream<DynamicTest> " + method + "("));
    }

    @Override
    public String toString() {
        return module + ": " + type + (method.isEmpty() ? "" : "#" + method);
    }
}
