package dev.statecraft.local.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

class StreamEventJsonTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void record_equalsTheEventOfLambda() throws JsonProcessingException {
        SdkBytes bytes = SdkBytes.fromByteArray(new byte[] {1, 2});
        Record record = Record.builder()
                .eventID("e1")
                .eventName(OperationType.REMOVE)
                .eventVersion("1.1")
                .eventSource("aws:dynamodb")
                .awsRegion("eu-central-1")
                .userIdentity(u -> u.principalId("dynamodb.amazonaws.com").type("Service"))
                .dynamodb(c -> c.approximateCreationDateTime(Instant.ofEpochSecond(1_700_000_000))
                        .keys(Map.of("pk", AttributeValue.fromS("k")))
                        .oldImage(Map.of(
                                "n", AttributeValue.fromN("1.5"),
                                "b", AttributeValue.fromB(bytes),
                                "t", AttributeValue.fromBool(true),
                                "z", AttributeValue.fromNul(true),
                                "ss", AttributeValue.fromSs(List.of("x")),
                                "ns", AttributeValue.fromNs(List.of("7")),
                                "bs", AttributeValue.fromBs(List.of(bytes)),
                                "m", AttributeValue.fromM(Map.of("l", AttributeValue.fromL(List.of())))))
                        .sequenceNumber("000123")
                        .sizeBytes(42L)
                        .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES))
                .build();
        assertEquals(JSON.readTree("""
                        {"Records": [{
                          "eventID": "e1", "eventName": "REMOVE", "eventVersion": "1.1",
                          "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
                          "dynamodb": {
                            "ApproximateCreationDateTime": 1700000000,
                            "Keys": {"pk": {"S": "k"}},
                            "OldImage": {
                              "n": {"N": "1.5"}, "b": {"B": "AQI="}, "t": {"BOOL": true}, "z": {"NULL": true},
                              "ss": {"SS": ["x"]}, "ns": {"NS": ["7"]}, "bs": {"BS": ["AQI="]},
                              "m": {"M": {"l": {"L": []}}}
                            },
                            "SequenceNumber": "000123", "SizeBytes": 42, "StreamViewType": "NEW_AND_OLD_IMAGES"
                          },
                          "userIdentity": {"principalId": "dynamodb.amazonaws.com", "type": "Service"},
                          "eventSourceARN": "arn:stream"
                        }]}
                        """), JSON.readTree(StreamEventJson.of("arn:stream", List.of(record))));
    }
}
