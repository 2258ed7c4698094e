package dev.statecraft.http.json;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The items of a bulk request ({@link BulkRequest}), each parsed independently. A malformed item keeps its index in the
 * list: {@link #get} throws its problem. A caller that responds item by item catches it, and any other caller rejects
 * the request.
 *
 * @param <T> type of an item
 */
public final class ItemList<T> extends AbstractList<@Nullable T> {

    private final List<Item<T>> items;

    ItemList(List<Item<T>> items) {
        this.items = new ArrayList<>(items);
    }

    /**
     * An item: its value or its problem.
     *
     * @param value null for a problem and for an item that is null
     * @param texts the string fields of a malformed item that could be parsed
     */
    record Item<T>(@Nullable T value, @Nullable Problem problem, Map<String, String> texts) {

        static <T> Item<T> of(@Nullable T value) {
            return new Item<>(value, null, Map.of());
        }
    }

    /**
     * The item.
     *
     * @throws ProblemException 400 with the field if the item is malformed
     */
    @Override
    public @Nullable T get(int index) {
        Item<T> item = items.get(index);
        if (item.problem() != null) {
            throw new ProblemException(item.problem());
        }
        return item.value();
    }

    @Override
    public int size() {
        return items.size();
    }

    /** Whether the item is malformed. */
    public boolean hasProblem(int index) {
        return items.get(index).problem() != null;
    }

    /** A string field of a malformed item; null if it has none, or if the item is valid. */
    public @Nullable String text(int index, String field) {
        return items.get(index).texts().get(field);
    }
}
