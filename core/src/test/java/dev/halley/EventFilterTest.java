package dev.halley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class EventFilterTest {

    @Test
    void byDefault_typingWakesNobody_andEverythingElseDoes() {
        assertThat(EventFilter.KNOWN_TYPES)
                .filteredOn(type -> !EventFilter.DEFAULT.pushable(by(Party.AGENT, type)))
                .containsExactly(ChatEvent.NOTICE_TYPING_STARTED, ChatEvent.NOTICE_TYPING_STOPPED);
    }

    @Test
    void theCustomersOwnEvents_wakeNobody() {
        EventFilter nothingExcluded = EventFilter.parse("");
        assertThat(Party.values())
                .filteredOn(party -> nothingExcluded.pushable(by(party, ChatEvent.MESSAGE_TEXT)))
                .containsExactlyInAnyOrder(Party.AGENT, Party.SUPERVISOR, Party.EXTERNAL);
    }

    @Test
    void typesThatNobodyKnows_wake() {
        assertThat(EventFilter.excluding(EventFilter.KNOWN_TYPES).pushable(by(Party.AGENT, "Notice.Unheard")))
                .isTrue();
    }

    @Test
    void aListWithCommas_isReadWithSpacesAndGaps() {
        assertThat(EventFilter.parse(" Notice.Joined ,, Message.Text,"))
                .isEqualTo(EventFilter.excluding(List.of(ChatEvent.NOTICE_JOINED, ChatEvent.MESSAGE_TEXT)))
                .hasSameHashCodeAs(EventFilter.parse("Message.Text,Notice.Joined"));
        assertThat(EventFilter.parse(" ").excluded()).isEmpty();
    }

    @Test
    void anUnknownType_isRefusedWithThoseThatAreKnown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventFilter.parse("Notice.Typing"))
                .withMessageContaining("'Notice.Typing'")
                .withMessageContaining(String.join(", ", EventFilter.KNOWN_TYPES));
    }

    private static ChatEvent by(Party party, String type) {
        return ChatEvent.of(type, party, "Somebody", "");
    }

    @Test
    void filters_areEqualIfTheyExcludeTheSame() {
        EventFilter joined = EventFilter.parse("Notice.Joined");

        assertThat(joined).isNotEqualTo(EventFilter.parse("Notice.Left")).isNotEqualTo("Notice.Joined");
        assertThat(joined).hasToString("EventFilter[Notice.Joined]");
    }
}
