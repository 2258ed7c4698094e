package dev.statecraft.replication.merge;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Trees;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.ConflictParking.Parked;
import dev.statecraft.replication.commit.ConflictRig;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.Updated;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.MergeRule;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The preview of a merge compared with a commit of the same states. */
class ConflictPreviewTest {

    private final ConflictRig rig = new ConflictRig();
    private final Realm realm = rig.realm;

    /** The preview gives the result of a commit of the same states. */
    @ParameterizedTest
    @EnumSource(Strategy.class)
    void previewEqualsTheCommit(Strategy strategy) {
        for (long seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            String context = "seed " + seed + " " + strategy;
            TreeMap<StatePath, MergeRule> rules = new TreeMap<>();
            for (String path : List.of("/a", "/b", "/c/a")) {
                rules.put(Trees.path(path), List.of(MergeRule.values()).get(random.nextInt(MergeRule.values().length)));
            }
            String type = "T" + seed;
            realm.types.put(GAME, new EntityType(type, strategy, Strategy.SERVER_WINS, rules, true, null));
            String id = "p" + seed;
            ObjectNode base = Trees.randomState(random, 3);
            ObjectNode server = Trees.randomState(random, 3);
            ObjectNode client = Trees.randomState(random, 3);
            done(realm.create(id, type, base.toString()));
            done(((EntityService.Decided) rig.replace(id, server, null)).result());
            Merge.Merged preview = realm.conflicts.preview(GAME, type, base, server, client);
            Updated updated = rig.replace(id, client, 1L);
            if (updated instanceof EntityService.Parked parked) {
                assertEquals(
                        assertInstanceOf(Merge.Parked.class, preview, context).conflicts(),
                        assertInstanceOf(Parked.class, parked.parking())
                                .conflict()
                                .conflicts(),
                        context);
                continue;
            }
            CommitResult result = ((EntityService.Decided) updated).result();
            if (result instanceof CommitResult.Refused refused) {
                if (refused.rejection() instanceof Rejection.Lost lost) {
                    assertEquals(preview, new Merge.Refused(lost.conflicts(), lost.strategy()), context);
                } else {
                    assertInstanceOf(Merge.Impossible.class, preview, context);
                }
                continue;
            }
            Merge.Accepted accepted = assertInstanceOf(Merge.Accepted.class, preview, context);
            Entity entity = done(result);
            assertTrue(JsonValues.same(accepted.state(), entity.json()), context);
            assertEquals(accepted.strategy(), entity.strategy(), context);
        }
    }
}
