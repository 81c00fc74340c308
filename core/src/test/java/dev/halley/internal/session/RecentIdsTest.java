package dev.halley.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentIdsTest {

    @Test
    void theLastIds_areKept_inOrder() {
        List<String> kept = List.of();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            kept = RecentIds.append(kept, "id" + i, 5);
            all.add("id" + i);
            List<String> expected = all.subList(Math.max(0, all.size() - 5), all.size());
            assertThat(kept).isEqualTo(expected).hasSameHashCodeAs(expected);
            assertThat(expected).isEqualTo(kept);
            assertThat(all).filteredOn(kept::contains).isEqualTo(expected);
        }
    }

    @Test
    void idsThatWereReadFromAStore_areGoneOnWith() {
        List<String> read = List.of("a", "b", "c");
        assertThat(RecentIds.append(read, "d", 3)).containsExactly("b", "c", "d");
        assertThat(read).containsExactly("a", "b", "c");
    }

    @Test
    void twoThatGoOnFromTheSameIds_dontSeeEachOther() {
        List<String> read = RecentIds.append(List.of("a", "b"), "c", 5);
        List<String> one = RecentIds.append(read, "d", 5);
        List<String> other = RecentIds.append(read, "e", 5);
        List<String> further = RecentIds.append(one, "f", 5);
        assertThat(read).containsExactly("a", "b", "c");
        assertThat(one).containsExactly("a", "b", "c", "d");
        assertThat(other).containsExactly("a", "b", "c", "e");
        assertThat(further).containsExactly("a", "b", "c", "d", "f");
        assertThat(other.contains("d")).isFalse();
        assertThat(one.lastIndexOf("e")).isEqualTo(-1);
    }

    @Test
    void idsOfTheSameHash_areToldApart() {
        assertThat("Aa").hasSameHashCodeAs("BB");
        List<String> ids = RecentIds.append(List.of("x", "y"), "Aa", 5);
        assertThat(ids.contains("Aa")).isTrue();
        assertThat(ids.contains("BB")).isFalse();
    }
}
