package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.SharedSpace.Instance;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;

/** What the caller of each instance gets in a space that several instances write. */
class CombinedCommitsTest {

    /** Stores the intents of an instance in the format of a later release. */
    private static final class LaterRelease implements ExecutionInterceptor {

        private int intents;

        @Override
        public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
            if (!(context.request() instanceof PutItemRequest put)
                    || !put.item().containsKey("p")) {
                return context.request();
            }
            intents++;
            byte[] stored = put.item().get("p").b().asByteArray();
            ObjectNode commands = (ObjectNode) PackedJson.stored(stored).value();
            commands.put("f", 2);
            Map<String, AttributeValue> item = new HashMap<>(put.item());
            item.put(
                    "p",
                    AttributeValue.fromB(SdkBytes.fromByteArray(
                            PackedJson.of(commands, PackedJson.NEVER).bytes())));
            return put.toBuilder().item(item).build();
        }
    }

    /** Each instance appends to one entity, and each result is the version that its own update made. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void resultIsTheOwnVersionAlthoughTheEntityHasMovedOn(long seed) {
        try (SharedSpace space = new SharedSpace(seed)) {
            space.create("e");
            List<Runnable> bodies = new ArrayList<>();
            List<Long> versions = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 6; i++) {
                Instance instance = space.instance().busy();
                String name = i + "-";
                bodies.add(() -> {
                    for (int update = 0; update < 8; update++) {
                        Done done = assertInstanceOf(
                                Done.class, instance.commit(instance.append("e", name + update, null)));
                        List<String> texts = SharedSpace.texts(done.entity());
                        assertEquals(name + update, texts.get(texts.size() - 1));
                        assertEquals(done.entity().version(), texts.size() + 1);
                        versions.add(done.entity().version());
                    }
                });
            }
            space.run(bodies);
            assertEquals(48, new HashSet<>(versions).size());
            assertEquals(48, space.texts("e").size());
            assertTrue(space.observer.head().seq() < 40, "combined: " + space.observer.head());
            space.assertConsistent();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void requestThatTwoInstancesGetIsAppliedOnce(long seed) {
        try (SharedSpace space = new SharedSpace(seed)) {
            space.create("e");
            List<Instance> instances = List.of(
                    space.instance().busy(),
                    space.instance().busy(),
                    space.instance().busy());
            for (int request = 0; request < 6; request++) {
                String text = "r" + request;
                List<Done> results = Collections.synchronizedList(new ArrayList<>());
                space.run(instances.stream()
                        .<Runnable>map(
                                instance -> () -> results.add((Done) instance.commit(instance.append("e", text, text))))
                        .toList());
                assertEquals(
                        1, results.stream().filter(result -> !result.replayed()).count());
                assertEquals(
                        1,
                        results.stream()
                                .map(result -> result.entity().version())
                                .distinct()
                                .count());
            }
            assertEquals(List.of("r0", "r1", "r2", "r3", "r4", "r5"), space.texts("e"));
            space.assertConsistent();
        }
    }

    @Test
    void requestsOfALaterReleaseAreAppliedByTheirOwnInstance() {
        try (SharedSpace space = new SharedSpace(9)) {
            space.create("e");
            LaterRelease format = new LaterRelease();
            Instance later = space.instance(format).busy();
            Instance first = space.instance().busy();
            Instance second = space.instance().busy();
            List<Runnable> bodies = new ArrayList<>();
            for (Instance instance : List.of(first, later, second)) {
                int name = bodies.size();
                bodies.add(() -> {
                    for (int i = 0; i < 5; i++) {
                        done(instance.commit(instance.append("e", name + "-" + i, null)));
                    }
                });
            }
            space.run(bodies);
            assertTrue(format.intents >= 5, format.intents + " intents of the later release");
            assertEquals(15, space.texts("e").size());
            assertEquals(15, new HashSet<>(space.texts("e")).size());
            space.assertConsistent();
        }
    }

    /** Requests with too many entities or bytes are not combined, but do not keep the others waiting. */
    @Test
    void largeRequestsAreWrittenInTurn() {
        try (SharedSpace space = new SharedSpace(10)) {
            String[] entities = new String[98];
            for (int i = 0; i < entities.length; i++) {
                entities[i] = "e" + i;
            }
            space.create(entities);
            Instance wide = space.instance().busy();
            Instance big = space.instance().busy();
            Instance small = space.instance().busy();
            List<Mutation> all = new ArrayList<>();
            for (String entity : entities) {
                all.add(wide.append(entity, "wide", null));
            }
            String noise = new Random(1)
                    .ints(12_000, 'a', 'z')
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            List<Duration> took = new ArrayList<>();
            space.run(List.of(
                    () -> wide.commit(all).forEach(Realm::done),
                    () -> done(big.commit(big.append("e0", noise, null))),
                    () -> {
                        for (int i = 0; i < 10; i++) {
                            long started = space.time.ticker().nanos();
                            done(small.commit(small.append("e1", "small" + i, null)));
                            took.add(Duration.ofNanos(space.time.ticker().nanos() - started));
                        }
                    }));
            assertEquals(11, space.texts("e1").size());
            assertEquals(2, space.texts("e0").size());
            took.forEach(one -> assertTrue(one.toMillis() < 1_500, took.toString()));
            space.assertConsistent();
        }
    }

    @Test
    void rejectedAndParkedUpdatesAreAnsweredAsInAQuietSpace() {
        try (SharedSpace space = new SharedSpace(11)) {
            space.create("e");
            Instance one = space.instance().busy();
            Instance two = space.instance().busy();
            EntityUpdate.Edit edit =
                    Realm.operations("{'set': {'l': ['manual']}}").edit();
            List<Object> results = new ArrayList<>();
            space.run(List.of(
                    () -> {
                        results.add(one.commit(one.append("missing", "a", null)));
                        done(one.commit(one.append("e", "b", null)));
                        results.add(one.realm()
                                .entities
                                .update(
                                        GAME,
                                        SPACE,
                                        "e",
                                        new EntityUpdate(edit, 1L, null, new TreeMap<>(), Strategy.MANUAL),
                                        SERVER,
                                        new IdempotencyKey("m", "")));
                    },
                    () -> {
                        for (int i = 0; i < 8; i++) {
                            done(two.commit(two.append("e", "two" + i, null)));
                        }
                    }));
            assertInstanceOf(Rejection.NotFound.class, ((Refused) results.get(0)).rejection());
            assertInstanceOf(EntityService.Parked.class, results.get(1));
            assertEquals(9, space.texts("e").size());
            space.assertConsistent();
        }
    }

    @Test
    void atomicRequestsAreAppliedAsAWholeOrNotAtAll() {
        try (SharedSpace space = new SharedSpace(12)) {
            space.create("a", "b");
            List<Runnable> bodies = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Instance instance = space.instance().busy();
                String name = i + "-";
                bodies.add(() -> {
                    for (int request = 0; request < 6; request++) {
                        String text = name + request;
                        boolean fails = request % 3 == 2;
                        List<CommitResult> results = instance.realm()
                                .commits
                                .commitAtomically(
                                        GAME,
                                        SPACE,
                                        List.of(
                                                instance.append("a", text, null),
                                                instance.append(fails ? "missing" : "b", text, null)));
                        assertEquals(!fails, results.stream().allMatch(Done.class::isInstance));
                    }
                });
            }
            space.run(bodies);
            assertEquals(20, space.texts("a").size());
            assertEquals(space.texts("a"), space.texts("b"));
            space.assertConsistent();
        }
    }

    /** The instance that is first died, and the others have not taken over yet. */
    @Test
    void requestThatWaitsTooLongIsAnsweredAsBusyAndNotAppliedLater() {
        try (SharedSpace space = new SharedSpace(13)) {
            space.create("e");
            Instance dead = space.instance().busy();
            dead.faults().stopAfterCalls(1);
            Instance impatient = space.instance(
                            Map.of("combining.longest-wait", "1s", "combining.takeover-after", "30s"))
                    .busy();
            Instance other = space.instance().busy();
            space.run(List.of(() -> dead.commit(dead.append("e", "dead", null))));
            List<CommitResult> results = new ArrayList<>();
            space.run(List.of(() -> results.addAll(
                    impatient.commit(List.of(impatient.append("e", "a", null), impatient.append("e", "b", null))))));
            assertEquals(List.of(new CommitResult.Busy(), new CommitResult.Busy()), results);
            space.run(List.of(() -> done(other.commit(other.append("e", "c", null)))));
            assertEquals(List.of("dead", "c"), space.texts("e"));
            space.assertConsistent();
        }
    }
}
