package dev.statecraft.access;

import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The caller of the request being served, for resources to inject. */
@RequestScoped
public class CurrentCaller {

    private @Nullable Caller caller;

    /**
     * The caller.
     *
     * @throws IllegalStateException if the request is not authenticated
     */
    public Caller get() {
        if (caller == null) {
            throw new IllegalStateException("No caller is authenticated for this request");
        }
        return caller;
    }

    /** The caller; empty if the request is not authenticated. */
    public Optional<Caller> known() {
        return Optional.ofNullable(caller);
    }

    /** The game of the caller. */
    public String game() {
        return get().game();
    }

    public void set(Caller caller) {
        this.caller = caller;
    }
}
