package dev.statecraft.replication;

import dev.statecraft.replication.log.FeedChanged;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Delivers changes of feeds to listeners in tests without Quarkus. */
public final class Announcements implements Event<FeedChanged> {

    private final List<Consumer<FeedChanged>> listeners = new CopyOnWriteArrayList<>();

    public void listen(Consumer<FeedChanged> listener) {
        listeners.add(listener);
    }

    @Override
    public void fire(FeedChanged changed) {
        listeners.forEach(listener -> listener.accept(changed));
    }

    @Override
    public <U extends FeedChanged> CompletionStage<U> fireAsync(U changed) {
        throw new UnsupportedOperationException("changes are delivered synchronously");
    }

    @Override
    public <U extends FeedChanged> CompletionStage<U> fireAsync(U changed, NotificationOptions options) {
        throw new UnsupportedOperationException("changes are delivered synchronously");
    }

    @Override
    public Event<FeedChanged> select(Annotation... qualifiers) {
        return this;
    }

    @Override
    public <U extends FeedChanged> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("there is one type of event");
    }

    @Override
    public <U extends FeedChanged> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException("there is one type of event");
    }
}
