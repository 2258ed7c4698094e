package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.events.DynamodbEvent;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse.BatchItemFailure;
import dev.statecraft.table.ItemChange;

/** The events without effects of {@link PrimedHandler}. */
final class PrimingEvents {

    /** The id of a key that is never created: ids have 12 characters. */
    static final String KEY_ID = "priming";

    /** A credential with the id, which is therefore rejected after the key was looked up. */
    static final String CREDENTIAL = "Bearer sk_" + KEY_ID + "_" + "0".repeat(43);

    /** A record of a table that does not exist. */
    static final String STREAM = """
            {"Records": [{
              "eventID": "0", "eventName": "REMOVE", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
              "awsRegion": "local",
              "dynamodb": {
                "ApproximateCreationDateTime": 0,
                "Keys": {"pk": {"S": "priming"}, "sk": {"S": "priming"}},
                "OldImage": {"pk": {"S": "priming"}, "sk": {"S": "priming"}, "n": {"N": "0"}, "b": {"B": "AA=="}},
                "SequenceNumber": "0", "SizeBytes": 0, "StreamViewType": "NEW_AND_OLD_IMAGES"},
              "eventSourceARN": "arn:aws:dynamodb:local:0:table/priming/stream/0"}]}
            """;

    /** A request of an HTTP API with the credential. */
    static final String HTTP = """
            {"version": "2.0", "routeKey": "$default", "rawPath": "/v1/priming", "rawQueryString": "",
             "headers": {"accept": "application/json", "authorization": "%s", "content-type": "application/json",
               "host": "localhost"},
             "requestContext": {
               "accountId": "0", "apiId": "priming", "domainName": "localhost", "domainPrefix": "priming",
               "http": {"method": "POST", "path": "/v1/priming", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                 "userAgent": "priming"},
               "requestId": "0", "routeKey": "$default", "stage": "$default",
               "time": "01/Jan/1970:00:00:00 +0000", "timeEpoch": 0},
             "body": "{}", "isBase64Encoded": false}
            """.formatted(CREDENTIAL);

    /** A new connection of a WebSocket API with the credential. */
    static final String CONNECT = """
            {"headers": {"Authorization": "%s"},
             "multiValueHeaders": {"Authorization": ["%s"]},
             "requestContext": {
               "routeKey": "$connect", "eventType": "CONNECT", "connectionId": "priming", "stage": "v1",
               "identity": {"sourceIp": "127.0.0.1"}, "requestId": "0", "domainName": "localhost"},
             "isBase64Encoded": false}
            """.formatted(CREDENTIAL, CREDENTIAL);

    /** A tick. */
    static final String TICK = """
            {"id": "priming", "time": "1970-01-01T00:00:00Z"}
            """;

    /** A step. */
    static final String STEP = """
            {"game": "priming", "run": "priming", "segment": 0}
            """;

    /** A game that has no key: the names of games do not contain this character. */
    static final String GAME = "~";

    private PrimingEvents() {}

    /** Reads the records of an event, and returns a result with all fields. */
    static StreamsEventResponse failures(DynamodbEvent event) {
        return new StreamsEventResponse(event.getRecords().stream()
                .map(record -> new BatchItemFailure(ItemChange.of(record).sequence()))
                .toList());
    }
}
