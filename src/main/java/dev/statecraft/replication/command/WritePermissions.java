package dev.statecraft.replication.command;

import dev.statecraft.replication.type.EntityType;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides which entities the source of a command may write. */
@ApplicationScoped
public class WritePermissions {

    private final SourceTypes sources;

    public WritePermissions(SourceTypes sources) {
        this.sources = sources;
    }

    /** The reason why a source may not write an entity of a type and an owner; empty if it may. */
    Optional<Rejection> forbidden(String game, EntityType type, @Nullable String owner, Source source) {
        if (source.playerId() == null) {
            return Optional.empty();
        }
        if (!type.playersMayWrite()) {
            return Optional.of(
                    new Rejection.Forbidden("Players may not write entities of the type " + type.name() + "."));
        }
        if (source.ownOnly() && sources.isSource(game, type.name())) {
            return Optional.of(new Rejection.Forbidden(
                    "A board is bound to entities of the type " + type.name() + ". Only servers may write them."));
        }
        if (owner == null && source.ownOnly()) {
            return Optional.of(new Rejection.Forbidden("The entity has no owner."));
        }
        return owner == null || owner.equals(source.playerId())
                ? Optional.empty()
                : Optional.of(new Rejection.Forbidden("The entity belongs to another player."));
    }
}
