package dev.halley;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Says which events wake an absent customer: those of other parties, unless their type is excluded. Immutable.
 */
public final class EventFilter {

    /** The types that can be excluded. All others wake. */
    public static final List<String> KNOWN_TYPES = List.of(
            ChatEvent.NOTICE_TYPING_STARTED,
            ChatEvent.NOTICE_TYPING_STOPPED,
            ChatEvent.NOTICE_JOINED,
            ChatEvent.NOTICE_LEFT,
            ChatEvent.NOTICE_PUSH_URL,
            ChatEvent.NOTICE_CUSTOM,
            ChatEvent.MESSAGE_TEXT);

    /** Excludes the notices that somebody began or stopped typing. */
    public static final EventFilter DEFAULT =
            excluding(List.of(ChatEvent.NOTICE_TYPING_STARTED, ChatEvent.NOTICE_TYPING_STOPPED));

    private final Set<String> excluded;

    private EventFilter(Set<String> excluded) {
        this.excluded = Set.copyOf(excluded);
    }

    /**
     * Returns a filter that excludes these types.
     *
     * @param types the types
     * @return the filter
     * @throws IllegalArgumentException if one of them is not of {@link #KNOWN_TYPES}
     */
    public static EventFilter excluding(Collection<String> types) {
        for (String type : types) {
            if (!KNOWN_TYPES.contains(type)) {
                throw new IllegalArgumentException(
                        "Unknown event type '" + type + "'; known are " + String.join(", ", KNOWN_TYPES));
            }
        }
        return new EventFilter(new LinkedHashSet<>(types));
    }

    /**
     * Returns a filter that excludes the types in a list.
     *
     * @param types the types, separated by commas; empty to exclude none
     * @return the filter
     * @throws IllegalArgumentException if one of them is not of {@link #KNOWN_TYPES}
     */
    public static EventFilter parse(String types) {
        return excluding(Arrays.stream(types.split(",", -1))
                .map(String::strip)
                .filter(type -> !type.isEmpty())
                .toList());
    }

    /**
     * Returns whether an event wakes an absent customer.
     *
     * @param event the event
     * @return true if it does
     */
    public boolean pushable(ChatEvent event) {
        return event.party() != Party.CLIENT && !excluded.contains(event.type());
    }

    /** {@return the excluded types} */
    public Set<String> excluded() {
        return excluded;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EventFilter that && excluded.equals(that.excluded);
    }

    @Override
    public int hashCode() {
        return excluded.hashCode();
    }

    @Override
    public String toString() {
        return "EventFilter" + excluded;
    }
}
