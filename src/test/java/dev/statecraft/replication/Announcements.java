package dev.statecraft.replication;

import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Delivers the events of one type to listeners in tests without Quarkus. */
public final class Announcements<T> implements Event<T> {

    private final List<Consumer<T>> listeners = new CopyOnWriteArrayList<>();

    public void listen(Consumer<T> listener) {
        listeners.add(listener);
    }

    @Override
    public void fire(T changed) {
        listeners.forEach(listener -> listener.accept(changed));
    }

    @Override
    public <U extends T> CompletionStage<U> fireAsync(U changed) {
        throw new UnsupportedOperationException("events are delivered synchronously");
    }

    @Override
    public <U extends T> CompletionStage<U> fireAsync(U changed, NotificationOptions options) {
        throw new UnsupportedOperationException("events are delivered synchronously");
    }

    @Override
    public Event<T> select(Annotation... qualifiers) {
        return this;
    }

    @Override
    public <U extends T> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("there is one type of event");
    }

    @Override
    public <U extends T> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("there is one type of event");
    }
}
