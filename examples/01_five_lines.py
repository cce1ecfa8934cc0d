"""Data, a trained network, its test number, an answer, and the curve: five lines."""

import convscope

digits = convscope.load_data("digits")
run = convscope.train("digits-cnn", data=digits, epochs=5)
print(convscope.evaluate(run).accuracy, run.report.interval)
print(run.model.predict("examples/digits/seven.png").top(3))
print(run.history["validation_loss"])
