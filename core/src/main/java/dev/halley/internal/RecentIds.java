package dev.halley.internal;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the last events. Each event asks whether it is among them, so their hashes are kept side by side: to look at 64
 * strings is to fetch as many objects from all over the heap. Immutable.
 */
final class RecentIds extends AbstractList<String> implements RandomAccess {

    private final String[] ids;
    private final int[] hashes;

    private RecentIds(String[] ids, int[] hashes) {
        this.ids = ids;
        this.hashes = hashes;
    }

    /** Returns the last ids with one more, at most so many. Few of them are a plain list, which is smaller. */
    static List<String> append(List<String> ids, String id, int most) {
        int size = ids.size();
        if (size == 0) {
            return List.of(id);
        }
        if (size == 1) {
            return List.of(ids.get(0), id);
        }
        RecentIds before = ids instanceof RecentIds recent ? recent : of(ids);
        int kept = Math.min(size, most - 1);
        String[] more = Arrays.copyOfRange(before.ids, size - kept, size + 1);
        int[] moreHashes = Arrays.copyOfRange(before.hashes, size - kept, size + 1);
        more[kept] = id;
        moreHashes[kept] = id.hashCode();
        return new RecentIds(more, moreHashes);
    }

    private static RecentIds of(List<String> ids) {
        return new RecentIds(
                ids.toArray(String[]::new),
                ids.stream().mapToInt(String::hashCode).toArray());
    }

    @Override
    public String get(int index) {
        return ids[index];
    }

    @Override
    public int size() {
        return ids.length;
    }

    @Override
    public int indexOf(@Nullable Object id) {
        int hash = Objects.hashCode(id);
        for (int i = 0; i < hashes.length; i++) {
            if (hashes[i] == hash && ids[i].equals(id)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean contains(@Nullable Object id) {
        return indexOf(id) >= 0;
    }
}
