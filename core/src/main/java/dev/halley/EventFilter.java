package dev.halley;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Says for which events an absent customer is woken: those of somebody else, of a type that is not excluded. Immutable.
 */
public final class EventFilter {

    /** The types that can be excluded; any other passes. */
    public static final List<String> KNOWN_TYPES = List.of(
            ChatEvent.NOTICE_TYPING_STARTED,
            ChatEvent.NOTICE_TYPING_STOPPED,
            ChatEvent.NOTICE_JOINED,
            ChatEvent.NOTICE_LEFT,
            ChatEvent.NOTICE_PUSH_URL,
            ChatEvent.NOTICE_CUSTOM,
            ChatEvent.MESSAGE_TEXT);

    /** Excludes that somebody began or stopped to type. */
    public static final EventFilter DEFAULT =
            excluding(List.of(ChatEvent.NOTICE_TYPING_STARTED, ChatEvent.NOTICE_TYPING_STOPPED));

    private final Set<String> excluded;

    private EventFilter(Set<String> excluded) {
        this.excluded = Set.copyOf(excluded);
    }

    /**
     * Returns a filter that excludes these types.
     *
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
     * Returns a filter from types with commas between them; nothing excludes nothing.
     *
     * @throws IllegalArgumentException if one of them is not of {@link #KNOWN_TYPES}
     */
    public static EventFilter parse(String types) {
        return excluding(Arrays.stream(types.split(",", -1))
                .map(String::strip)
                .filter(type -> !type.isEmpty())
                .toList());
    }

    /** Returns whether an absent customer is woken for an event. */
    public boolean pushable(ChatEvent event) {
        return event.party() != Party.CLIENT && !excluded.contains(event.type());
    }

    /** Returns the excluded types. */
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
