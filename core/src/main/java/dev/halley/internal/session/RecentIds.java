package dev.halley.internal.session;

import static java.util.Objects.checkIndex;
import static java.util.Objects.requireNonNull;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the last events. Each new event is looked for among them, so their hashes are kept side by side: comparing
 * 64 strings would fetch as many objects from all over the heap.
 *
 * <p>Immutable: a part of arrays that are shared with earlier versions, which never look beyond their own end.
 */
final class RecentIds extends AbstractList<String> implements RandomAccess {

    private final @Nullable String[] ids;
    private final int[] hashes;
    private final int from;
    private final int to;

    private RecentIds(@Nullable String[] ids, int[] hashes, int from, int to) {
        this.ids = ids;
        this.hashes = hashes;
        this.from = from;
        this.to = to;
    }

    /** Appends an id and keeps the last {@code most} ids. Two or fewer are a plain list, which is smaller. */
    static List<String> append(List<String> ids, String id, int most) {
        int size = ids.size();
        if (size == 0) {
            return List.of(id);
        }
        if (size == 1) {
            return List.of(ids.get(0), id);
        }
        RecentIds before = ids instanceof RecentIds recent ? recent : of(ids);
        return before.with(id, before.to - Math.min(size, most - 1));
    }

    private static RecentIds of(List<String> ids) {
        return new RecentIds(
                ids.toArray(String[]::new),
                ids.stream().mapToInt(String::hashCode).toArray(),
                0,
                ids.size());
    }

    /** Appends an id: the first append to a version uses the next place in its arrays, all later ones copy them. */
    private RecentIds with(String id, int first) {
        if (takesPlaceFor(id)) {
            hashes[to] = id.hashCode();
            return new RecentIds(ids, hashes, first, to + 1);
        }
        int kept = to - first;
        int room = kept + 1 + kept / 2;
        @Nullable String[] more = new String[room];
        int[] moreHashes = new int[room];
        System.arraycopy(ids, first, more, 0, kept);
        System.arraycopy(hashes, first, moreHashes, 0, kept);
        more[kept] = id;
        moreHashes[kept] = id.hashCode();
        return new RecentIds(more, moreHashes, 0, kept + 1);
    }

    private boolean takesPlaceFor(String id) {
        synchronized (ids) {
            boolean isFree = to < ids.length && ids[to] == null;
            if (isFree) {
                ids[to] = id;
            }
            return isFree;
        }
    }

    @Override
    public String get(int index) {
        return requireNonNull(ids[from + checkIndex(index, size())]);
    }

    @Override
    public int size() {
        return to - from;
    }

    @Override
    public int indexOf(@Nullable Object id) {
        int hash = Objects.hashCode(id);
        for (int i = from; i < to; i++) {
            if (hashes[i] == hash && Objects.equals(ids[i], id)) {
                return i - from;
            }
        }
        return -1;
    }

    @Override
    public boolean contains(@Nullable Object id) {
        return indexOf(id) >= 0;
    }
}
