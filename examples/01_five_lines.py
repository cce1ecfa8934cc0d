"""Data, a trained network, its test number, an answer, and the curve: five lines."""

import convscope

digits = convscope.load_data("digits")
run = convscope.train("digits-cnn", data=digits, epochs=8)
print(convscope.evaluate(run).to_json()["accuracy"], run.report.interval if run.report else None)
print(run.model.predict(digits.test.images[0].permute(1, 2, 0).numpy()).top(3))
print(run.history["validation_loss"])
