package dev.halley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChatEventTest {

    @Test
    void loneSurrogates_becomeTheReplacementCharacter() {
        assertThat(text("a\uD83Db").text()).isEqualTo("a\uFFFDb");
        assertThat(text("a\uDE00b").text()).isEqualTo("a\uFFFDb");
        assertThat(text("\uD83D").text()).isEqualTo("\uFFFD");
        assertThat(text("\uDE00\uD83D").text()).isEqualTo("\uFFFD\uFFFD");
        assertThat(text("\uD83D\uD83D\uDE00").text()).isEqualTo("\uFFFD😀");
        assertThat(ChatEvent.text(Party.AGENT, "Ann\uD83D", "").nickname()).isEqualTo("Ann\uFFFD");
    }

    @Test
    void everythingElse_passesUntouched() {
        for (String text : List.of("", " \t\r\n", "{!command}", "\u0000", "👨‍👩‍👧‍👦 e\u0301", "<b>\"'\\")) {
            assertThat(text(text).text()).isEqualTo(text);
        }
    }

    @Test
    void everyEvent_hasAnIdOfItsOwn() {
        assertThat(IntStream.range(0, 1_000).mapToObj(i -> text("").id())).doesNotHaveDuplicates();
        assertThat(text("").withId("mine").id()).isEqualTo("mine");
    }

    @Test
    void notices_haveTheWordsOfTheirOrigin() {
        assertThat(ChatEvent.joined(Party.AGENT, "Ann").text()).isEqualTo("has joined the session");
        assertThat(ChatEvent.left(Party.AGENT, "Ann").text()).isEqualTo("has left the session");
        assertThat(ChatEvent.typing(Party.AGENT, "Ann", true).text()).isEqualTo("is typing");
        assertThat(ChatEvent.typing(Party.AGENT, "Ann", false).text()).isEqualTo("stopped typing");
    }

    @Test
    void partsOfAnotherForm_areRefused() {
        for (String id : List.of("", "a b", "a.b", "[", "{", "@", "/", "x".repeat(65))) {
            assertThatIllegalArgumentException().as(id).isThrownBy(() -> text("").withId(id));
        }
        for (String type : List.of("", "Message Text", "Message:Text", "_action", "x".repeat(65))) {
            assertThatIllegalArgumentException().as(type).isThrownBy(() -> ChatEvent.of(type, Party.AGENT, "Ann", ""));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatEvent.text(Party.AGENT, "n".repeat(ChatEvent.MAX_NICKNAME + 1), ""));
    }

    @Test
    void noEvent_printsItsTextOrName() {
        assertThat(ChatEvent.text(Party.AGENT, "Ann", "Hello")).asString().doesNotContain("Ann", "Hello");
    }

    private static ChatEvent text(String text) {
        return ChatEvent.text(Party.AGENT, "Ann", text);
    }
}
