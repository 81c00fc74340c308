package dev.halley.reliability;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    @Override
    public String toString() {
        return module + ": " + type + (method.isEmpty() ? "" : "#" + method);
    }
}
