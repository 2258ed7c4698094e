package dev.statecraft.docs.price;

/** Dollars of a stack that nobody calls, in a month, without storage. */
final class IdleBill {

    private final PriceModel model;
    private final IdleStack stack;

    IdleBill(PriceModel model, IdleStack stack) {
        this.model = model;
        this.stack = stack;
    }

    double listed() {
        return alarms(0) + dashboards(0) + ticks().total();
    }

    /** Free allowances are those of an account, so this is the bill of an account with one stack and nothing else. */
    double afterFreeAllowances() {
        PriceModel.Dollars ticks = ticks();
        // The ticks stay within the free requests, GB-seconds and log bytes, but DynamoDB's requests have no allowance.
        return alarms(free("alarmMetrics")) + dashboards(free("dashboards")) + ticks.writes() + ticks.reads();
    }

    private double alarms(double free) {
        return Math.max(0, stack.alarmMetrics() - free) * model.price("alarmMetric")
                + stack.compositeAlarms() * model.price("compositeAlarm");
    }

    private double dashboards(double free) {
        return Math.max(0, stack.dashboards() - free) * model.price("dashboard");
    }

    private PriceModel.Dollars ticks() {
        return model.quiet("idleTick").times(stack.scheduledInvocations());
    }

    private double free(String id) {
        return model.prices().path("free").path(id).asDouble();
    }
}
