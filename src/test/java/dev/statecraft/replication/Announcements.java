package dev.statecraft.replication;

import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells listeners of news where nothing is wired by Quarkus. */
final class Announcements implements Event<TopicChanged> {

    private final List<Consumer<TopicChanged>> listeners = new CopyOnWriteArrayList<>();

    void listen(Consumer<TopicChanged> listener) {
        listeners.add(listener);
    }

    @Override
    public void fire(TopicChanged changed) {
        listeners.forEach(listener -> listener.accept(changed));
    }

    @Override
    public <U extends TopicChanged> CompletionStage<U> fireAsync(U changed) {
        throw new UnsupportedOperationException("news are told at once");
    }

    @Override
    public <U extends TopicChanged> CompletionStage<U> fireAsync(U changed, NotificationOptions options) {
        throw new UnsupportedOperationException("news are told at once");
    }

    @Override
    public Event<TopicChanged> select(Annotation... qualifiers) {
        return this;
    }

    @Override
    public <U extends TopicChanged> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("there is one kind of news");
    }

    @Override
    public <U extends TopicChanged> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("there is one kind of news");
    }
}
