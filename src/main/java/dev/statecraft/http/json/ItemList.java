package dev.statecraft.http.json;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The items of a body that brings many things at once ({@link BulkRequest}), each read for itself. An item that cannot be
 * read keeps its place in the list: {@link #get} throws its problem, as every other check of an item does, so a caller
 * that answers item by item catches it where it reads the item, and any other caller refuses the request.
 *
 * @param <T> what an item is
 */
public final class ItemList<T> extends AbstractList<@Nullable T> {

    private final List<Item<T>> items;

    ItemList(List<Item<T>> items) {
        this.items = new ArrayList<>(items);
    }

    /**
     * An item: its value, or the problem with it.
     *
     * @param value null for a problem, and for an item that is null
     * @param texts the fields that are text of an item with a problem, so far as they could be read
     */
    record Item<T>(@Nullable T value, @Nullable Problem problem, Map<String, String> texts) {

        static <T> Item<T> of(@Nullable T value) {
            return new Item<>(value, null, Map.of());
        }
    }

    /**
     * The item.
     *
     * @throws ProblemException 400, naming the field, if the item cannot be read
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

    /** Whether the item cannot be read. */
    public boolean hasProblem(int index) {
        return items.get(index).problem() != null;
    }

    /** A field of an item with a problem that is text; null if there is none, or if the item has no problem. */
    public @Nullable String text(int index, String field) {
        return items.get(index).texts().get(field);
    }
}
